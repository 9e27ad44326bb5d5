/** What the test of the frame reader needs of frames.mjs. */
export class FrameReader {
  constructor(onFrame: (buffer: Buffer, start: number, end: number, opcode: number) => void);
  take(buffer: Buffer, length: number): void;
}
export function serverFrame(text: string): Buffer;
export function clientFrame(text: string): Buffer;
