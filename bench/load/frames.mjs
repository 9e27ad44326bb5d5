const TEXT = 0x1;
const FINAL = 0x80;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/**
 * Cuts what one WebSocket receives into frames. TCP may split a frame or join several; a frame that is complete in
 * one read is handed on where it lies, so that a load client copies nothing.
 */
export class FrameReader {
  #rest;

  /** @param {(buffer: Buffer, start: number, end: number, opcode: number) => void} onFrame gets each payload */
  constructor(onFrame) {
    this.onFrame = onFrame;
  }

  /** Takes the first `length` bytes of `buffer`, which the caller may use again afterwards. */
  take(buffer, length) {
    if (this.#rest === undefined) return this.#keep(buffer, this.#cut(buffer, length), length);
    const joined = Buffer.concat([this.#rest, buffer.subarray(0, length)]);
    this.#rest = undefined;
    this.#keep(joined, this.#cut(joined, joined.length), joined.length);
  }

  #keep(buffer, from, length) {
    if (from < length) this.#rest = Buffer.from(buffer.subarray(from, length));
  }

  /** Hands on every whole frame; gives where the first that is not whole begins. */
  #cut(buffer, length) {
    let at = 0;
    while (length - at >= 2) {
      const first = buffer[at];
      let size = buffer[at + 1];
      if (size & MASKED) throw new Error('a server must not mask its frames');
      if (!(first & FINAL)) throw new Error('a frame in fragments, which no server here sends');
      let start = at + 2;
      if (size === LENGTH_16) {
        if (length - at < 4) break;
        size = (buffer[at + 2] << 8) | buffer[at + 3];
        start = at + 4;
      } else if (size === LENGTH_64) {
        if (length - at < 10) break;
        size = buffer.readUInt32BE(at + 2) * 2 ** 32 + buffer.readUInt32BE(at + 6);
        start = at + 10;
      }
      const end = start + size;
      if (end > length) break;
      at = end;
      this.onFrame(buffer, start, end, first & 0x0f);
    }
    return at;
  }
}

/** A text frame of a server: not masked. */
export function serverFrame(text) {
  return Buffer.concat([header(Buffer.byteLength(text), 0), Buffer.from(text)]);
}

/** A text frame of a client. Masked with zeros, which is allowed and leaves the text as it is. */
export function clientFrame(text) {
  return Buffer.concat([header(Buffer.byteLength(text), MASKED), Buffer.alloc(4), Buffer.from(text)]);
}

function header(size, mask) {
  const first = FINAL | TEXT;
  if (size < LENGTH_16) return Buffer.from([first, mask | size]);
  if (size < 2 ** 16) return Buffer.from([first, mask | LENGTH_16, size >> 8, size & 0xff]);
  const long = Buffer.alloc(10);
  long.set([first, mask | LENGTH_64]);
  long.writeBigUInt64BE(BigInt(size), 2);
  return long;
}
