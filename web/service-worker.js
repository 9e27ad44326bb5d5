/**
 * Takes what the server pushes to this device, also when no page is open. A message is JSON:
 * `{ kind: 'alert' | 'test', title, body, token, alertId?, severity? }`. `token` is what its receipts are posted with; the
 * receipt of a first test confirms that messages arrive here.
 * It answers no request of the page: what is shown always comes from the server.
 */
const API = '/api/v1';
const ANSWER_WITHIN_MS = 10_000;
/** A receipt is tried this often, with a pause that grows; a phone that has just been woken may be without network. */
const TRIES = 4;
const PAUSE_MS = 500;
const URGENT = [600, 200, 600, 200, 600];
const USUAL = [200, 100, 200];

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('push', (event) => event.waitUntil(onPush(read(event.data))));
self.addEventListener('notificationclick', (event) => event.waitUntil(onClick(event.notification)));
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(onOtherSubscription(event)));

/** What cannot be read is shown all the same: somebody may need help. */
function read(data) {
  try {
    return data.json();
  } catch {
    return {};
  }
}

async function onPush(message) {
  await Promise.all([show(message), tell(message, 'received')]);
  await tellPages({ type: 'pushed' });
}

function show({ kind = 'alert', title = 'Naboom', body = 'Open the list of alerts.', token, alertId, severity }) {
  const isUrgent = severity === 'critical';
  return self.registration.showNotification(title, {
    body,
    tag: alertId ?? kind, // what is newer of the same alert takes the place of what is older, and sounds again
    renotify: true,
    requireInteraction: kind === 'alert',
    silent: false,
    vibrate: isUrgent ? URGENT : USUAL,
    icon: '/assets/icon.svg',
    data: { token, alertId },
  });
}

/** The page is asked for before anything else: a browser allows that only for a moment after the click. */
async function onClick(notification) {
  notification.close();
  const { alertId } = notification.data ?? {};
  await Promise.all([open(alertId), tell(notification.data ?? {}, 'seen')]);
}

async function open(alertId) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const own = pages.filter(({ url }) => new URL(url).pathname === '/');
  const page = own.find(({ focused }) => focused) ?? own[0];
  try {
    if (!page) return await self.clients.openWindow(alertId ? `/#alert-${alertId}` : '/');
    page.postMessage({ type: 'open-alert', alertId });
    return await page.focus();
  } catch {
    // The browser lets nobody in front now; the page has been told.
  }
}

/** How far a message came; never fails. */
async function tell({ token }, stage) {
  if (token) await post(`/notifications/receipts/${encodeURIComponent(token)}`, { stage });
}

/** The push service gives this device another address: the server must know it, and try it. */
async function onOtherSubscription({ oldSubscription, newSubscription }) {
  const options = oldSubscription?.options;
  const next = newSubscription ?? (options && (await self.registration.pushManager.subscribe(options)));
  if (!next) return;
  const contact = await post('/auth/me/contacts', { channel: 'push', subscription: next.toJSON() });
  if (contact?.id) await post(`/auth/me/contacts/${encodeURIComponent(contact.id)}/test`, {});
}

async function tellPages(message) {
  for (const page of await self.clients.matchAll({ type: 'window', includeUncontrolled: true }))
    page.postMessage(message);
}

/** Posts until there is an answer that another try would not change; gives what it holds. Never rejects. */
async function post(path, body) {
  for (let tried = 1; ; tried += 1) {
    const { status, answer } = await postOnce(path, body);
    if ((status > 0 && status < 500 && status !== 429) || tried === TRIES) return answer;
    // A phone that has just woken has no network yet; nobody tells a service worker when it has one.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** tried));
  }
}

async function postOnce(path, body) {
  try {
    const response = await fetch(API + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      keepalive: true,
      signal: AbortSignal.timeout?.(ANSWER_WITHIN_MS),
    });
    return { status: response.status, answer: response.status === 201 ? await response.json() : undefined };
  } catch {
    return { status: 0 };
  }
}
