import { createConnection } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
/** Of `Content-Length: ` in whatever case servers write it. */
const LENGTH_NAME = Buffer.from('ength: ');
const ID_NAME = Buffer.from('"id":"');
const ID_LENGTH = 36;
/** All connections read into the same bytes: an answer is looked at before the next one is read. */
const SHARED = Buffer.allocUnsafe(64 * 1024);
const NOTHING = Buffer.alloc(0);

/**
 * One keep-alive connection with one request under way at a time. It reads of an answer what is asked of it (status,
 * length, the id of an alert) and nothing else: node:http as a client would cost more than the servers that it
 * measures.
 */
export class HttpConnection {
  #socket;
  #requests;
  #next = 0;
  #rest = NOTHING;
  #onAnswer;
  #closing = false;
  /** When the request under way was due, ms. */
  dueAt = 0;

  constructor({ hostname, port, requests, onAnswer }) {
    this.#requests = requests;
    this.#onAnswer = onAnswer;
    const callback = (length, bytes) => this.#read(bytes.subarray(0, length));
    this.#socket = createConnection({ host: hostname, port, noDelay: true, onread: { buffer: SHARED, callback } });
    this.opened = new Promise((resolve) => this.#socket.once('connect', resolve));
    this.#socket.on('close', () => {
      if (!this.#closing) throw new Error('the server closed a connection');
    });
  }

  send(counter, dueAt) {
    const request = this.#requests[(this.#next += 1) % this.#requests.length];
    counter.number(request);
    this.dueAt = dueAt;
    this.#socket.write(request.bytes);
  }

  close() {
    this.#closing = true;
    this.#socket.destroy();
  }

  #read(chunk) {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const answer = readAnswer(bytes);
    this.#rest = answer ? NOTHING : Buffer.from(bytes);
    if (answer) this.#onAnswer(this, answer);
  }
}

/** The answer that stands in these bytes, or undefined while a part is missing. */
export function readAnswer(bytes) {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const lengthAt = bytes.indexOf(LENGTH_NAME) + LENGTH_NAME.length;
  if (lengthAt < LENGTH_NAME.length || lengthAt > headEnd) throw new Error('an answer without content-length');
  const bodyAt = headEnd + HEAD_END.length;
  if (bytes.length < bodyAt + readNumber(bytes, lengthAt)) return undefined;
  const status = readNumber(bytes, 'HTTP/1.1 '.length);
  if (status !== 201) return { status };
  const idAt = bytes.indexOf(ID_NAME, bodyAt) + ID_NAME.length;
  return { status, id: bytes.latin1Slice(idAt, idAt + ID_LENGTH) };
}

function readNumber(bytes, from) {
  let number = 0;
  for (let at = from; bytes[at] >= 48 && bytes[at] <= 57; at += 1) number = number * 10 + bytes[at] - 48;
  return number;
}
