const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
// An odd factor is invertible modulo a power of two, so different `seq` give different references.
const FACTOR = 0x9e3779b1n;

/**
 * Short name of the alert that `seq` raised, such as NB-7K3F2 (Crockford base 32: no I, L, O, U).
 * Unique for ever: five letters for the first 33 million, then one more.
 */
export function referenceOf(seq: number): string {
  let length = 5;
  while (seq >= 2 ** (length * 5)) length += 1;
  let scrambled = (BigInt(seq) * FACTOR) % (1n << BigInt(length * 5));
  let text = '';
  for (let i = 0; i < length; i += 1) {
    text = ALPHABET[Number(scrambled & 31n)]! + text;
    scrambled >>= 5n;
  }
  return `NB-${text}`;
}

const PROMISED_LETTERS = 6;

/**
 * Short name of an alert that was promised before it had a `seq`, of the random end of its id: NB-P and six letters,
 * which none by {@link referenceOf} has before 33 thousand million alerts. One of a thousand million, so two may meet.
 */
export function promisedReference(id: string): string {
  let bits = BigInt(`0x${id.replaceAll('-', '').slice(-8)}`);
  let text = '';
  for (let i = 0; i < PROMISED_LETTERS; i += 1) {
    text = ALPHABET[Number(bits & 31n)]! + text;
    bits >>= 5n;
  }
  return `NB-P${text}`;
}
