import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { CheckedAddress } from './webhook-target.js';

/** One POST to a checked address. */
export interface WebhookRequest {
  readonly url: URL;
  readonly addresses: readonly CheckedAddress[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends the request wherever it is: connecting, waiting, or reading the answer. */
  readonly signal: AbortSignal;
  /** The answer is read up to here and then cut; nothing in it is used. */
  readonly maxAnswerBytes: number;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/**
 * Posts to exactly the addresses given, on a connection of its own. Follows no redirect: it could lead inside.
 * @throws Error of the connection or of the signal
 */
export async function postWebhook(request: WebhookRequest): Promise<WebhookAnswer> {
  const { url, headers, body, signal, maxAnswerBytes } = request;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: false,
      lookup: pinned(request.addresses),
      signal,
    });
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  await drain(answer, maxAnswerBytes);
  return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] };
}

/** Answers every look-up of the connection with what was checked, so that nothing else can be connected to. */
function pinned(addresses: readonly CheckedAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first!.address, first!.family);
  };
}

async function drain(answer: IncomingMessage, maxBytes: number): Promise<void> {
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) break; // leaving the loop destroys the connection
  }
}
