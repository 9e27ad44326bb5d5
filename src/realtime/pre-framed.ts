import { Logger } from '@nestjs/common';
import { engineOf, type EngineConnection, type TcpSocket } from './engine.js';
import type { RealtimeSocket, ServerToClientEvents } from './socket-events.js';

/** Engine.IO's `message` (4) with an event of Socket.IO (2) in namespace `/`. */
const EVENT = '42';
const FINAL_TEXT_FRAME = 0x81;
/** Bytes that may wait in a TCP socket before further events wait in Socket.IO's queue, where they can be dropped. */
const DIRECT_BYTES = 64 * 1024;
const WEBSOCKET_OPEN = 1;

type Message<E extends keyof ServerToClientEvents> = Parameters<ServerToClientEvents[E]>[0];

/** One event as the WebSocket frame that Socket.IO would send for it. */
export function frameOf<E extends keyof ServerToClientEvents>(event: E, message: Message<E>): Buffer {
  const text = EVENT + JSON.stringify([event, message]);
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = FINAL_TEXT_FRAME;
  frame[1] = header === 2 ? length : header === 4 ? 126 : 127;
  if (header === 4) frame.writeUInt16BE(length, 2);
  if (header === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, header);
  return frame;
}

/** Events in their order, encoded once for however many sockets. */
export class PreFramed {
  #single: readonly Buffer[] | undefined;

  /** @param bytes whole frames, one after the other; `count` of them, where a live socket gets them */
  constructor(
    readonly bytes: Buffer,
    readonly count = 0,
  ) {}

  static of<E extends keyof ServerToClientEvents>(event: E, messages: readonly Message<E>[]): PreFramed {
    return PreFramed.join(messages.map((message) => frameOf(event, message)));
  }

  static join(frames: readonly Buffer[]): PreFramed {
    return new PreFramed(frames.length === 1 ? frames[0]! : Buffer.concat(frames), frames.length);
  }

  /** Each frame by itself. */
  get frames(): readonly Buffer[] {
    return (this.#single ??= split(this.bytes));
  }
}

function split(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + headerOf(bytes, start) + lengthOf(bytes, start);
    frames.push(bytes.subarray(start, end));
    start = end;
  }
  return frames;
}

function headerOf(bytes: Buffer, start: number): number {
  const short = bytes[start + 1]!;
  return short < 126 ? 2 : short === 126 ? 4 : 10;
}

function lengthOf(bytes: Buffer, start: number): number {
  const short = bytes[start + 1]!;
  if (short < 126) return short;
  return short === 126 ? bytes.readUInt16BE(start + 2) : Number(bytes.readBigUInt64BE(start + 2));
}

/**
 * Writes events straight to the TCP sockets of WebSockets that have nothing in their way, 2 to 2.4 times cheaper than
 * Socket.IO's own path; to all others, in the same order, by that path. It reads private fields of Engine.IO and `ws`:
 * each must be there with the value that allows it, so that one that is gone leads to Socket.IO's path. Why, and what
 * it leans on: docs/adr/0010-pre-framed-events.md.
 */
export class FrameWriter {
  readonly #logger = new Logger('FrameWriter');
  #warned = false;

  /** @returns whether everything has left this process */
  write(socket: RealtimeSocket, events: PreFramed): boolean {
    const engine = engineOf(socket);
    const tcp = directTcpOf(engine);
    if (!tcp) {
      this.#warnWhenUnknown(engine);
      writeAsSocketIo(engine, events);
      return false;
    }
    tcp.write(events.bytes);
    return tcp.writableLength === 0;
  }

  /** Says once that the installed versions are not those that this was made for. */
  #warnWhenUnknown(engine: EngineConnection): void {
    if (this.#warned || hasKnownFields(engine)) return;
    this.#warned = true;
    this.#logger.warn('Engine.IO or ws has changed inside: events go the slower way');
  }
}

/** The TCP socket, when a write to it comes after all that Socket.IO was given to send. */
function directTcpOf({ readyState, writeBuffer, transport }: EngineConnection): TcpSocket | undefined {
  if (readyState !== 'open' || writeBuffer?.length !== 0) return undefined;
  if (transport.name !== 'websocket' || transport.perMessageDeflate !== false) return undefined;
  const websocket = transport.socket;
  if (websocket?.readyState !== WEBSOCKET_OPEN || websocket._sender?._bufferedBytes !== 0) return undefined;
  const tcp = websocket._socket;
  return tcp && tcp.writable && tcp.writableLength <= DIRECT_BYTES ? tcp : undefined;
}

/** False for an open WebSocket that lacks a field that {@link directTcpOf} reads. */
function hasKnownFields({ readyState, writeBuffer, transport }: EngineConnection): boolean {
  if (!Array.isArray(writeBuffer) || typeof transport.name !== 'string') return false;
  if (readyState !== 'open' || transport.name !== 'websocket') return true;
  const { perMessageDeflate, socket } = transport;
  if (perMessageDeflate === undefined || typeof socket?.readyState !== 'number') return false;
  if (socket.readyState !== WEBSOCKET_OPEN) return true;
  return typeof socket._sender?._bufferedBytes === 'number' && typeof socket._socket?.writableLength === 'number';
}

/** As Socket.IO's adapter does for a broadcast; a polling transport takes the text, a WebSocket the frame. */
function writeAsSocketIo(engine: EngineConnection, { frames }: PreFramed): void {
  for (const frame of frames) {
    const packet = frame.toString('utf8', headerOf(frame, 0) + 1);
    engine.write(packet, { wsPreEncodedFrame: [frame] });
  }
}
