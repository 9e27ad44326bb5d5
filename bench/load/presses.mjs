/** Digits of a press' number: its message, place, phone and idempotency key have it, so that no two presses fold. */
const DIGITS = 12;
const NUMBER = '#'.repeat(DIGITS);

/** What people send: some with a phone number, some with an idempotency key, some with both. */
const BODIES = [
  {
    severity: 'high',
    kind: 'panic',
    location: { lat: `-33.${NUMBER}`, lng: `18.${NUMBER}`, accuracyM: 12 },
    message: `Help at the taxi rank, stand ${NUMBER}`,
  },
  {
    severity: 'critical',
    kind: 'medical',
    location: { lat: `-33.${NUMBER}`, lng: `18.${NUMBER}` },
    message: `Man down beside shack ${NUMBER}`,
    contact: { name: 'Nomsa Dlamini', phone: `+27${NUMBER}` },
  },
  {
    severity: 'medium',
    kind: 'crime',
    location: `Corner of Main and 4th, house ${NUMBER}, Observatory`,
    message: `Break-in next door ${NUMBER}`,
  },
  {
    severity: 'high',
    kind: 'fire',
    location: { lat: `-33.${NUMBER}`, lng: `18.${NUMBER}`, accuracyM: 20 },
    message: `Shack fire, row ${NUMBER}`,
    contact: { name: 'Sipho', phone: `+27${NUMBER}` },
  },
];
const WITH_KEY = [false, false, true, true];

/**
 * Requests that raise an alert, made ready as bytes for one connection: only the numbers in them change. A connection
 * may reuse the bytes because it sends the next request when the last one is answered. With `test` they are presses that
 * nobody is called for.
 */
export function pressRequests({ host, path, test = false }) {
  return BODIES.map((fields, index) => {
    const body = JSON.stringify(test ? { ...fields, test } : fields).replaceAll(/"(-?\d+\.#+)"/g, '$1');
    const key = WITH_KEY[index] ? `idempotency-key: bench-press-${NUMBER}\r\n` : '';
    const head =
      `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n${key}` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    return template(head + body);
  });
}

/** The same GET again and again. */
export function getRequests({ host, path, headers }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return [template(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}\r\n`)];
}

function template(text) {
  const bytes = Buffer.from(text);
  const offsets = [];
  for (let at = bytes.indexOf(NUMBER); at !== -1; at = bytes.indexOf(NUMBER, at + DIGITS)) offsets.push(at);
  return { bytes, offsets };
}

/** Counts in ASCII digits: cheaper than writing a number out for each request. */
export class PressCounter {
  #digits;

  constructor(first) {
    this.#digits = Buffer.from(String(first).padStart(DIGITS, '0'));
  }

  /** Puts the next number into a request. */
  number({ bytes, offsets }) {
    for (let at = DIGITS - 1; (this.#digits[at] += 1) > 57; at -= 1) this.#digits[at] = 48;
    for (const offset of offsets) this.#digits.copy(bytes, offset);
  }
}
