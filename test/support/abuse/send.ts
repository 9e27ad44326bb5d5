import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { createGunzip } from 'node:zlib';
import type { NaughtyRequest } from './naughty-requests.js';

/** What a server made of a naughty request. */
export interface NaughtyAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** From the request to the end of the answer, ms. */
  readonly ms: number;
}

const WAITS_MS = 10_000;

/** Sends what `fetch` would put right. */
export class BareSender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(private readonly url: string) {}

  /** @throws Error when the connection breaks, or nothing is answered for 10 s */
  async send({ path, method, headers, body }: NaughtyRequest): Promise<NaughtyAnswer> {
    const startedAt = performance.now();
    const { hostname, port } = new URL(this.url);
    const sent = request({
      hostname,
      port,
      path,
      method,
      agent: this.#agent,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
      signal: AbortSignal.timeout(WAITS_MS),
    });
    sent.end(body);
    const [response] = await once(sent, 'response');
    const zipped = response.headers['content-encoding'] === 'gzip';
    const answer = await text(zipped ? response.pipe(createGunzip()) : response);
    return {
      status: response.statusCode,
      type: String(response.headers['content-type'] ?? '').split(';')[0]!,
      body: answer,
      headers: response.headers,
      ms: performance.now() - startedAt,
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}
