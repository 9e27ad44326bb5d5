const BASE = '/api/v1';
const ANSWER_WITHIN_MS = 10_000;

/**
 * Asks the API with the session's cookie, or with `token`. Gives `{ answer }`, or `{ problem, status, code }` where
 * `problem` is a sentence to show. Never rejects. A text as body is sent as it is, of the media type `type`; what takes
 * longer than `withinMs` counts as not answered.
 */
export async function ask(method, path, { body, token, type = 'application/json', withinMs = ANSWER_WITHIN_MS } = {}) {
  try {
    const response = await fetch(BASE + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': type }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout?.(withinMs),
    });
    const text = await response.text();
    const answer = text ? JSON.parse(text) : {};
    if (response.ok) return { answer };
    return { problem: problemOf(response, answer), status: response.status, code: answer.code };
  } catch {
    return { problem: navigator.onLine ? 'The server does not answer: try again.' : 'This device is offline.' };
  }
}

/** The path of an alert, or of what can be done with it. */
export function alertPath(id, action) {
  const path = `/emergency/alerts/${encodeURIComponent(id)}`;
  return action ? `${path}/${action}` : path;
}

function problemOf({ status, headers }, { code, title, errors, retryAfter }) {
  const wait = waitOf(Number(headers.get('retry-after') ?? retryAfter));
  if (status === 401 && code !== 'CREDENTIALS_WRONG') return 'You are not signed in any more. Sign in again.';
  if (status === 429) return `Too many tries. Wait ${wait || 'a minute'}, then try again.`;
  if (code === 'ALERT_PROVISIONAL')
    return 'The record of alerts is away. This alert is kept, and can be answered when the record is back.';
  if (status === 503) return `The server cannot do this now. Try again in ${wait || 'a moment'}.`;
  const why = (errors ?? []).map(({ path, message }) => `${path}: ${message}`).join('; ');
  return `${title ?? 'The server refused'}${why ? ` (${why})` : ''}.`;
}

function waitOf(seconds) {
  if (!(seconds > 0)) return '';
  if (seconds < 100) return `${Math.ceil(seconds)} ${seconds > 1 ? 'seconds' : 'second'}`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
