import { once } from 'node:events';
import WebSocket from 'ws';
import { TEST_OPERATOR_KEY } from './test-node.js';

const PONG_EVERY_MS = 2000;

/**
 * A responder's client that stops reading once it is live, and goes on saying that it is there: pings are never missed,
 * so what the server sends it piles up in the server.
 */
export class BlindReader {
  readonly #socket: WebSocket;
  #pongs: NodeJS.Timeout | undefined;

  constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    this.#socket.on('error', () => undefined);
  }

  /** Resolves when it is live and reads no more. */
  async goBlind(): Promise<void> {
    await once(this.#socket, 'open');
    const live = new Promise<void>((resolve) => {
      this.#socket.on('message', (message: Buffer) => message.toString().startsWith('42["presence"') && resolve());
    });
    this.#socket.send(`40${JSON.stringify({ token: TEST_OPERATOR_KEY })}`);
    await live;
    this.#socket.pause();
    this.#pongs = setInterval(() => this.#socket.send('3', () => undefined), PONG_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#pongs);
    this.#socket.terminate();
  }
}
