import { connect } from 'node:net';
import { clientFrame, FrameReader } from './frames.mjs';

/** All sockets read into it: what a read brings is used up before the next. */
const READ_BUFFER = Buffer.alloc(256 * 1024);
const END_OF_HEAD = '\r\n\r\n';
const PONG = clientFrame('3');
const CLOSE_OPCODE = 8;
const CHAR = { open: 0x30, ping: 0x32, message: 0x34, connected: 0x30, event: 0x32, error: 0x34 };
/** `42["alert",{"seq":` */
const EVENT_NAME = 4;
const SEQ = 18;
const LETTER_A = 0x61;
const LETTER_P = 0x70;
const LETTER_S = 0x73;
const RETURN = '"return"';

/**
 * @typedef {object} LoadSocketOptions
 * @property {URL} url of the upgrade
 * @property {string} localAddress
 * @property {object | undefined} auth of the Socket.IO handshake; undefined: bare WebSocket without Socket.IO
 * @property {(name: 'upgraded' | 'connected' | 'presence' | 'snapshot') => void} onStep
 * @property {(withinMs: number) => void} [onReturn] over how long to spread the return
 * @property {(seq: number, buffer: Buffer, start: number, end: number) => void} onAlert
 * @property {(reason: string) => void} onEnd the server has ended the connection
 * @property {((name: string) => void) | undefined} onOther an event that nobody here asked for; a problem without it
 * @property {(problem: string) => void} onProblem anything else that must not happen
 */

/** A socket that costs as little as Node allows: no WebSocket library, no JSON, no copy of what it reads. */
export class LoadSocket {
  #socket;
  #head = '';
  #upgraded = false;
  #frames = new FrameReader((buffer, start, end, opcode) => this.#onFrame(buffer, start, end, opcode));
  #closing = false;

  /** @param {LoadSocketOptions} options */
  constructor(options) {
    this.options = options;
    const { url, localAddress } = options;
    this.#socket = connect({
      host: url.hostname,
      port: Number(url.port),
      localAddress,
      noDelay: true,
      onread: { buffer: READ_BUFFER, callback: (length, buffer) => this.#onRead(length, buffer) },
    });
    this.#socket.on('connect', () => this.#socket.write(upgradeRequest(url)));
    this.#socket.on('error', (error) => this.#end(error.code ?? error.message));
    this.#socket.on('close', () => this.#end('closed by the server'));
  }

  /** By a reset: thousands of ports in TIME_WAIT would make the next connects search for a free one. */
  close() {
    this.#closing = true;
    this.#socket.resetAndDestroy();
  }

  #onRead(length, buffer) {
    try {
      if (this.#upgraded) this.#frames.take(buffer, length);
      else this.#readHead(buffer, length);
    } catch (error) {
      this.#fail(error.message);
      this.close();
    }
    return true;
  }

  #readHead(buffer, length) {
    this.#head += buffer.latin1Slice(0, length);
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end === -1) return;
    if (!this.#head.startsWith('HTTP/1.1 101')) throw new Error(`no upgrade: ${this.#head.slice(0, 40)}`);
    const rest = Buffer.from(this.#head.slice(end + END_OF_HEAD.length), 'latin1');
    this.#upgraded = true;
    this.#head = '';
    this.options.onStep('upgraded');
    if (rest.length > 0) this.#frames.take(rest, rest.length);
  }

  /** Engine.IO 4 and Socket.IO 5, as far as they come here; told apart by single bytes. */
  #onFrame(buffer, start, end, opcode) {
    if (opcode === CLOSE_OPCODE) return this.#end('close frame');
    const type = buffer[start];
    if (type === CHAR.message) this.#onMessage(buffer, start, end);
    else if (type === CHAR.ping) this.#socket.write(PONG);
    else if (type === CHAR.open) this.#socket.write(clientFrame(`40${JSON.stringify(this.options.auth)}`));
    else this.#fail(`unknown frame ${buffer.latin1Slice(start, Math.min(end, start + 40))}`);
  }

  #onMessage(buffer, start, end) {
    const type = buffer[start + 1];
    if (type === CHAR.connected) return this.options.onStep('connected');
    const letter = buffer[start + EVENT_NAME];
    if (type === CHAR.event && letter === LETTER_A) {
      return this.options.onAlert(seqOf(buffer, start + SEQ), buffer, start, end);
    }
    if (type === CHAR.event && letter === LETTER_P) return this.options.onStep('presence');
    if (type === CHAR.event && letter === LETTER_S) return this.options.onStep('snapshot');
    // What comes seldom need not be cheap.
    if (buffer.latin1Slice(start + EVENT_NAME - 1, start + EVENT_NAME - 1 + RETURN.length) === RETURN) {
      const [, { withinMs }] = JSON.parse(buffer.latin1Slice(start + 2, end));
      return this.options.onReturn?.(withinMs);
    }
    const text = buffer.latin1Slice(start, Math.min(end, start + 80));
    if (type === CHAR.event && this.options.onOther) return this.options.onOther(text.slice(EVENT_NAME));
    this.#fail(text);
  }

  #fail(problem) {
    if (!this.#closing) this.options.onProblem(problem);
  }

  #end(reason) {
    if (!this.#closing) this.options.onEnd(reason);
    this.close();
  }
}

/** Digits as a number, without making a string. */
function seqOf(buffer, start) {
  let seq = 0;
  for (let at = start; buffer[at] >= 0x30 && buffer[at] <= 0x39; at += 1) seq = seq * 10 + buffer[at] - 0x30;
  return seq;
}

function upgradeRequest({ host, pathname, search }) {
  return [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    END_OF_HEAD,
  ]
    .join('\r\n')
    .replace(`\r\n${END_OF_HEAD}`, END_OF_HEAD);
}
