import type { Operation } from '../../../src/api-docs/operation.js';
import { ERRORS } from '../../../src/errors/error-codes.js';
import type { DescribedApi } from '../described-api.js';
import type { NaughtyRequest } from './naughty-requests.js';
import { MARKUP_WORD } from './naughty-strings.js';
import type { NaughtyAnswer } from './send.js';

/** Problems that say honestly that something is not set up, whoever asks. */
const SWITCHED_OFF = new Set(['CHANNEL_OFF', 'GATEWAY_OFF']);
/** What an answer must never tell: where the code stands, what the database said, where Redis is. */
export const INSIDES =
  /\bat .+\.[cm]?[jt]s:\d+|node_modules|ECONN|select .+ from |invalid input syntax|\bpg_|ioredis|NOPERM/i;
const LIVE_MARKUP = new RegExp(`<(?:[^>]*=)?${MARKUP_WORD}|<(?:img|svg|script)[^>]*>?[^<]*${MARKUP_WORD}`, 'i');
/** What every answer says to a browser: to guess at nothing, to frame and run nothing of others, to keep no data. */
const PROTECTION: readonly [string, RegExp][] = [
  ['x-content-type-options', /^nosniff$/],
  ['content-security-policy', /default-src '(?:none|self)'.*frame-ancestors 'none'/],
  ['referrer-policy', /^(?:no-referrer|same-origin)$/],
  ['cache-control', /no-store|no-cache/],
];
/** The only reasons to refuse a panic: it cannot be read at all. */
const UNREADABLE = new Set(['BODY_UNREADABLE', 'BODY_TOO_LARGE']);

/** What is wrong with an answer; empty when it is as it should be. */
export function faultsOf(
  operation: Operation,
  sent: NaughtyRequest,
  answer: NaughtyAnswer,
  api: DescribedApi,
): string[] {
  const { status, type, body, headers, ms } = answer;
  const problem = type === 'application/problem+json' ? (JSON.parse(body) as { code: string }) : undefined;
  const code = problem?.code ?? '';
  return [
    status >= 500 && !SWITCHED_OFF.has(code) ? `${status} ${body.slice(0, 300)}` : '',
    status >= 400 && !Object.hasOwn(ERRORS, code) ? `${status} without a problem: ${body.slice(0, 200)}` : '',
    status >= 400 && INSIDES.test(body) ? `tells of its insides: ${body.slice(0, 500)}` : '',
    type === 'text/html' && LIVE_MARKUP.test(body) ? 'markup of the sender in a page' : '',
    ...PROTECTION.map(([name, value]) =>
      value.test(String(headers[name])) ? '' : `${name}: ${String(headers[name])}`,
    ),
    headers['x-injected'] === undefined ? '' : 'a header of the sender',
    operation.id === 'raiseAlert' && sent.method === 'POST' && status >= 300 && !UNREADABLE.has(code)
      ? `a panic is refused: ${status} ${code}`
      : '',
    ms > SLOW_MS && !IN_THREADS.has(operation.id) ? `slow: ${Math.round(ms)} ms` : '',
    describedFault(operation, answer, api),
  ]
    .filter((fault) => fault !== '')
    .map((fault) => `${operation.method} ${operation.path}, ${sent.name.slice(0, 120)}: ${fault}`);
}

/** On a machine that does much else besides. */
const SLOW_MS = 5000;
/** Each of these begins a thread, one after the other: waiting is what is meant. */
export const IN_THREADS: ReadonlySet<string> = new Set(['importAreas']);

/** A success is what the document says, whatever was asked. */
function describedFault({ method, path }: Operation, { status, type, body }: NaughtyAnswer, api: DescribedApi): string {
  if (status >= 300 || type !== 'application/json') return '';
  const place = ['paths', path.replaceAll(/:(\w+)/g, '{$1}'), method.toLowerCase(), 'responses', String(status)];
  const problems = api.problems([...place, 'content', type, 'schema'], JSON.parse(body));
  return problems === null ? '' : `not as described: ${JSON.stringify(problems).slice(0, 400)}`;
}
