import { clientFrame, FrameReader, serverFrame } from '../../bench/load/frames.mjs';

/** What a reader makes of a stream that comes in reads of `size` bytes, each in the same memory. */
function read(stream: Buffer, size: number): string[] {
  const texts: string[] = [];
  const reader = new FrameReader((buffer, start, end) => texts.push(buffer.toString('utf8', start, end)));
  const memory = Buffer.alloc(size);
  for (let at = 0; at < stream.length; at += size) reader.take(memory, stream.copy(memory, 0, at, at + size));
  return texts;
}

// A length in 7, 16 and 64 bits, and the bounds between them.
const TEXTS = [
  '',
  '2',
  'x'.repeat(125),
  'y'.repeat(126),
  'z'.repeat(721),
  'ü'.repeat(32_767),
  'w'.repeat(65_536),
  'end',
];
const STREAM = Buffer.concat(TEXTS.map(serverFrame));

describe('the load client of the benchmark', () => {
  it('reads frames that come joined', () => {
    expect(read(STREAM, STREAM.length)).toEqual(TEXTS);
  });

  it.each([127, 1000, 65_537])('reads frames that come in pieces of %i bytes', (size) => {
    expect(read(STREAM, size)).toEqual(TEXTS);
  });

  it.each([1, 2, 3, 5])('reads frames whose heads come in pieces of %i bytes', (size) => {
    const texts = ['2', '', 'y'.repeat(126), 'ü'.repeat(200), 'end'];
    expect(read(Buffer.concat(texts.map(serverFrame)), size)).toEqual(texts);
  });

  it('hands a frame on where it lies', () => {
    const stream = Buffer.concat([serverFrame('first'), serverFrame('second')]);
    const seen: Buffer[] = [];
    new FrameReader((buffer) => seen.push(buffer)).take(stream, stream.length);
    expect(seen.every((buffer) => buffer === stream)).toBe(true);
    expect(seen).toHaveLength(2);
  });

  it('refuses what no server here sends', () => {
    const reader = new FrameReader(() => undefined);
    const masked = clientFrame('2');
    expect(() => reader.take(masked, masked.length)).toThrow('must not mask');
    const fragment = Buffer.from([0x01, 0x01, 0x78]);
    expect(() => reader.take(fragment, fragment.length)).toThrow('in fragments');
  });
});
