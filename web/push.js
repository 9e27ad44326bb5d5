import { ask } from './api.js';
import { keep, readKept } from './kept.js';

const WORKER = '/service-worker.js';
/** `{ id, userId }` of the contact that this browser is to an account. */
const STORED = 'naboom.pushContact';
/** A worker that has not started by then will not, ms. */
const START_WITHIN_MS = 10_000;

/** Why this browser cannot be told anything while the page is closed; undefined when it can. */
export function whyNoPush() {
  if (isAppleMobile() && !isOnHomeScreen()) return 'home-screen';
  if (!globalThis.isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis))
    return 'unsupported';
  return Notification.permission === 'denied' ? 'blocked' : undefined;
}

/** An iPad says that it is a Mac, which has no touch screen. */
function isAppleMobile() {
  return (
    /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1)
  );
}

function isOnHomeScreen() {
  return navigator.standalone === true || matchMedia('(display-mode: standalone)').matches;
}

/**
 * Asks for the permission and makes this browser a contact of the account, with a first test message. Call it from a click, without waiting for
 * anything before. Gives `{ answer }`, the contact, or `{ problem }`. Never rejects.
 */
export async function turnPushOn(userId) {
  try {
    if ((await Notification.requestPermission()) !== 'granted') return { problem: 'Notifications were not allowed.' };
    const { answer: key, problem } = await ask('GET', '/notifications/push-key');
    if (!key) return { problem };
    if (!key.publicKey) return { problem: 'This server is not set up to send notifications.' };
    const subscription = await subscribe(await startWorker(), key.publicKey);
    const body = { channel: 'push', subscription: wireOf(subscription), label: deviceName() };
    const made = await ask('POST', '/auth/me/contacts', { body });
    if (!made.answer) return made;
    const { id } = made.answer;
    keep(STORED, { id, userId });
    if (made.answer.verified) return made;
    // Its receipt confirms the contact.
    const sent = await ask('POST', `/auth/me/contacts/${encodeURIComponent(id)}/test`);
    return sent.answer ? made : sent;
  } catch (error) {
    return { problem: `This browser does not take notifications now (${error.message}). Try again later.` };
  }
}

/** Ends it here. Never rejects. */
export async function turnPushOff() {
  keep(STORED, undefined);
  try {
    const registration = await navigator.serviceWorker.getRegistration(WORKER);
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  } catch {
    // The server sends to this contact no more.
  }
}

/** The contact that this browser is to an account, as the page remembers it; undefined when it is none any more. */
export async function ownContactId(userId) {
  const stored = readKept(STORED);
  if (stored?.userId !== userId || whyNoPush() || Notification.permission !== 'granted') return undefined;
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  return (await registration?.pushManager.getSubscription()) ? stored.id : undefined;
}

async function startWorker() {
  await navigator.serviceWorker.register(WORKER, { updateViaCache: 'none' });
  const tooLate = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('it did not start')), START_WITHIN_MS);
  });
  return Promise.race([navigator.serviceWorker.ready, tooLate]);
}

async function subscribe({ pushManager }, publicKey) {
  const options = { userVisibleOnly: true, applicationServerKey: bytesOf(publicKey) };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    // One that was made for another key stands in the way.
    const other = await pushManager.getSubscription();
    if (!other) throw error;
    await other.unsubscribe();
    return pushManager.subscribe(options);
  }
}

function wireOf(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } };
}

/** Older browsers take no base64url. */
function bytesOf(base64url) {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** What tells one device of somebody from another, such as "Chrome on Android". */
function deviceName() {
  const { userAgent } = navigator;
  const first = (names) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = first([
    [/Edg/, 'Edge'],
    [/OPR|Opera/, 'Opera'],
    [/SamsungBrowser/, 'Samsung Internet'],
    [/Firefox|FxiOS/, 'Firefox'],
    [/Chrome|CriOS/, 'Chrome'],
    [/Safari/, 'Safari'],
  ]);
  const system = first([
    [/Android/, 'Android'],
    [/iPhone/, 'iPhone'],
    [/iPad/, 'iPad'],
    [/Windows/, 'Windows'],
    [/Mac/, 'Mac'],
    [/Linux|CrOS/, 'Linux'],
  ]);
  return `${browser ?? 'Browser'} on ${system ?? 'this device'}`;
}
