import { withoutSecrets } from '../queues/without-secrets.js';

/** What of a job is text that somebody else wrote. */
const TEXTS = new Set(['failedReason', 'deferredFailure', 'stacktrace', 'returnValue', 'progress']);

/** An answer of the board without addresses of people and tokens in what jobs say of their failures. */
export function cleanAnswer(value: unknown, isText = false): unknown {
  if (typeof value === 'string') return isText ? withoutSecrets(value) : value;
  if (Array.isArray(value)) return value.map((each) => cleanAnswer(each, isText));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, cleanAnswer(each, isText || TEXTS.has(name))]),
  );
}
