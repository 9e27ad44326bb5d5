import { z } from 'zod';
import type { Clock } from '../../clock.js';
import type { NotSent } from '../channel-sender.js';
import { refusalOf } from '../refusals.js';

const MAX_ANSWER_BYTES = 65_536;

interface ProviderRequest {
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or a form. */
  readonly body: object | URLSearchParams;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** What a provider answered; `refused` is set unless the HTTP status is a success. */
export interface ProviderAnswer {
  readonly refused?: NotSent;
  /** Parsed JSON; undefined when it is none. */
  readonly json: unknown;
}

/** Posts to a provider of the configuration. Follows no redirect: keys go nowhere else. Rejects as fetch does. */
export async function postToProvider(url: string, request: ProviderRequest): Promise<ProviderAnswer> {
  const { headers, body, signal, clock } = request;
  const isForm = body instanceof URLSearchParams;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json', ...(isForm ? {} : { 'content-type': 'application/json' }), ...headers },
    body: isForm ? body : JSON.stringify(body),
    redirect: 'error',
    signal,
  });
  const json = parse(await answer.text());
  if (answer.ok) return { json };
  const retryAfter = answer.headers.get('retry-after') ?? undefined;
  return { refused: refusalOf({ status: answer.status, retryAfter }, clock.now()), json };
}

function parse(text: string): unknown {
  try {
    return text.length > MAX_ANSWER_BYTES ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the answer holds by this schema; undefined when it is another one. */
export function read<T>(schema: z.ZodType<T>, json: unknown): T | undefined {
  return schema.safeParse(json).data;
}
