import { once } from 'node:events';
import WebSocket from 'ws';

/** A client of bare WebSocket, in full control of when it reads. It answers pings as long as it does. */
export interface BareClient {
  readonly socket: WebSocket;
  /** Everything that came, in Engine.IO's encoding; a Socket.IO event begins with `42`. */
  readonly heard: string[];
  /** The events of one name. */
  events<T>(name: string): T[];
}

/** Connects to a Socket.IO server and sends the handshake. */
export async function connectBare(port: number, auth: object = {}): Promise<BareClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  const heard: string[] = [];
  socket.on('message', (message: Buffer) => {
    const text = message.toString();
    heard.push(text);
    if (text === '2') socket.send('3');
  });
  await once(socket, 'open');
  socket.send(`40${JSON.stringify(auth)}`);
  const events = <T>(name: string) =>
    heard
      .filter((text) => text.startsWith(`42["${name}"`))
      .map((text) => (JSON.parse(text.slice(2)) as [string, T])[1]);
  return { socket, heard, events };
}
