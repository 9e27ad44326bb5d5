const KEY = 'naboom.operatorKey';

/** The operator key lives in this tab only and ends with it. */
export function keptKey() {
  return sessionStorage.getItem(KEY);
}

export function keepKey(key) {
  sessionStorage.setItem(KEY, key);
}

export function forgetKey() {
  sessionStorage.removeItem(KEY);
}

/** Acknowledges, resolves or cancels; gives `{ alert }`, or `{ problem }` to show. */
export async function act(alertId, action) {
  try {
    const response = await fetch(`/api/v1/emergency/alerts/${encodeURIComponent(alertId)}/${action}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${keptKey()}`,
      },
      body: '{}',
      cache: 'no-store',
      signal: AbortSignal.timeout?.(10_000),
    });
    const answer = await response.json();
    return response.ok ? { alert: answer } : { problem: answer.title ?? 'The server refused' };
  } catch {
    return { problem: 'The server does not answer: try again' };
  }
}
