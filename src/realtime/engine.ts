import type { Socket as TcpSocket } from 'node:net';
import type { RealtimeSocket } from './socket-events.js';

export type { TcpSocket };

/** Socket.IO's connection and WebSocket, as far as we look into them; its types hide these parts. */
export interface EngineConnection {
  readonly readyState: string;
  writeBuffer: { readonly data?: unknown }[];
  readonly transport: EngineTransport;
  write(packet: string, options: { readonly wsPreEncodedFrame: readonly Buffer[] }): void;
  close(discard?: boolean): void;
  on(event: 'drain' | 'close' | 'upgrade', listener: () => void): void;
  off(event: 'drain' | 'close' | 'upgrade', listener: () => void): void;
}

interface EngineTransport {
  readonly name: string;
  readonly perMessageDeflate?: unknown;
  /** Absent on the polling transport. */
  readonly socket?: EngineWebSocket;
  on(event: 'drain', listener: () => void): void;
  off(event: 'drain', listener: () => void): void;
}

/** A WebSocket of `ws`. */
interface EngineWebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly _sender?: { readonly _bufferedBytes: number };
  readonly _socket?: TcpSocket;
  terminate(): void;
  /** Reads no more until `resume`; nothing happens on one that is closed. */
  pause(): void;
  resume(): void;
  once(event: 'close', fn: () => void): void;
}

const ENGINE_SIGNS = ['drain', 'close', 'upgrade'] as const;
const FORCED_CLOSE_MS = 2000;
/** Bytes left in the kernel's hands at which a connection counts as drained. */
const DRAINED_BYTES = 64 * 1024;

/** What was given to a connection and has not left this process. */
export interface Unsent {
  readonly packets: number;
  readonly bytes: number;
}

export function engineOf(socket: RealtimeSocket): EngineConnection {
  return socket.conn as unknown as EngineConnection;
}

/** All that is written to a connection in this turn of the event loop leaves in one system call, about 15 us each. */
export function corkForThisTurn(tcp: TcpSocket): void {
  tcp.cork();
  setImmediate(() => tcp.uncork());
}

export function unsentOf(socket: RealtimeSocket): Unsent {
  const { writeBuffer, transport } = engineOf(socket);
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) bytes += typeof data === 'string' ? data.length : 0;
  return { packets: writeBuffer.length, bytes };
}

/** Drops what still waits in this process; what the WebSocket took is beyond recall. */
export function dropUnsent(socket: RealtimeSocket): void {
  engineOf(socket).writeBuffer.length = 0;
}

/**
 * Waits until a connection has sent what it was given.
 * @returns false when it closed, or sent nothing for `stallMs`
 */
export async function drained(socket: RealtimeSocket, stallMs: number): Promise<boolean> {
  const engine = engineOf(socket);
  let left = Infinity;
  while (engine.readyState === 'open') {
    const { packets, bytes } = unsentOf(socket);
    if (packets === 0 && bytes <= DRAINED_BYTES) return true;
    if (await changed(engine, stallMs)) continue;
    if (bytes >= left) return false;
    left = bytes;
  }
  return false;
}

/** Resolves true at the next sign that the connection sent or changed, false when there is none within `timeoutMs`. */
async function changed(engine: EngineConnection, timeoutMs: number): Promise<boolean> {
  const { transport } = engine;
  const tcp = transport.socket?._socket;
  return new Promise((resolve) => {
    const finish = (sign: boolean) => {
      clearTimeout(timer);
      for (const event of ENGINE_SIGNS) engine.off(event, onSign);
      transport.off('drain', onSign);
      tcp?.off('drain', onSign);
      resolve(sign);
    };
    const onSign = () => finish(true);
    const timer = setTimeout(() => finish(false), timeoutMs);
    for (const event of ENGINE_SIGNS) engine.on(event, onSign);
    transport.on('drain', onSign);
    // What was written to it directly.
    tcp?.on('drain', onSign);
  });
}

/**
 * Closes the connection, not the Socket.IO session: after a session's end clients stay away, after a connection's end
 * they come back by themselves. One that does not drain in 2 s is cut.
 */
export function closeConnection(socket: RealtimeSocket): void {
  const engine = engineOf(socket);
  const websocket = engine.transport.socket;
  const cut = setTimeout(() => {
    engine.close(true);
    websocket?.terminate();
  }, FORCED_CLOSE_MS);
  const closed = () => clearTimeout(cut);
  if (websocket) websocket.once('close', closed);
  else engine.on('close', closed);
  engine.close();
}
