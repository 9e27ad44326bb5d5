import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { CheckedAddress } from './webhook-target.js';

/** One POST to a checked address. */
export interface WebhookRequest {
  readonly url: URL;
  readonly addresses: readonly CheckedAddress[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Ends the request wherever it is: connecting, waiting, or reading the answer. */
  readonly signal: AbortSignal;
  /** The answer is read up to here and then cut; nothing in it is used. */
  readonly maxAnswerBytes: number;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** A connection that was used is kept this long for the next request, ms; most servers close theirs after 5 s. */
const KEPT_MS = 4000;
/** Sets of addresses that connections are kept for; a receiver whose addresses change often must not fill the memory. */
const MAX_AGENTS = 100;

type Agent = HttpAgent | HttpsAgent;
const agents = { 'http:': new Map<string, Agent>(), 'https:': new Map<string, Agent>() };

/** Connections are shared only by requests to the very same checked addresses: a name may lead elsewhere meanwhile. */
function agentFor({ url, addresses }: WebhookRequest): Agent {
  const kind = url.protocol === 'https:' ? 'https:' : 'http:';
  const key = addresses.map(({ address }) => address).join();
  const known = agents[kind].get(key);
  if (known) return known;
  if (agents[kind].size >= MAX_AGENTS) agents[kind].clear();
  const options = { keepAlive: true, timeout: KEPT_MS };
  const agent = kind === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  agents[kind].set(key, agent);
  return agent;
}

/**
 * Posts to exactly the addresses given. Follows no redirect: it could lead inside.
 * @throws Error of the connection or of the signal
 */
export async function postWebhook(request: WebhookRequest): Promise<WebhookAnswer> {
  const answer = await send(request);
  await drain(answer, request.maxAnswerBytes);
  return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] };
}

function send(request: WebhookRequest): Promise<IncomingMessage> {
  const { url, headers, body, signal } = request;
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: agentFor(request),
      lookup: pinned(request.addresses),
      signal,
    });
    outgoing.once('response', resolve);
    outgoing.on('error', (error) => (wasClosedMeanwhile(outgoing, error) ? resolve(send(request)) : reject(error)));
    outgoing.end(body);
  });
}

/** The receiver closed a kept connection just as it was used again: that says nothing of the receiver. */
function wasClosedMeanwhile({ reusedSocket }: ClientRequest, error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
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
