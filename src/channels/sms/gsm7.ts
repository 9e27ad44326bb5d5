/** GSM 03.38: one septet each. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Two septets each. */
const EXTENDED = '^{}\\[~]|€';
/** What people's keyboards write for what GSM-7 has. */
const ALIKE: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '\t': ' ',
  '\u00a0': ' ',
};

/** Septets of one text message. */
export const SMS_LENGTH = 160;

/** The text in characters of GSM-7: marks are taken off letters that it has without them; what it has not is left out. */
export function toGsm7(text: string): string {
  return Array.from(text)
    .map((char) => (isGsm7(char) ? char : alike(char)))
    .join('');
}

/** Septets that a text of GSM-7 takes. */
export function septets(text: string): number {
  return Array.from(text).reduce((sum, char) => sum + (EXTENDED.includes(char) ? 2 : 1), 0);
}

/** As much of a text of GSM-7 as fits, with dots for what does not. Never half a character of two septets. */
export function cutTo(text: string, room: number): string {
  if (septets(text) <= room) return text;
  let cut = '';
  let used = 0;
  for (const char of text) {
    used += septets(char);
    if (used > room - 2) break;
    cut += char;
  }
  return room > 2 ? `${cut.trimEnd()}..` : '';
}

function alike(char: string): string {
  const plain = ALIKE[char] ?? char.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return Array.from(plain).filter(isGsm7).join('');
}

function isGsm7(char: string): boolean {
  return BASIC.includes(char) || EXTENDED.includes(char);
}
