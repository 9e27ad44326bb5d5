import type { BrowserContext, Page } from 'playwright-core';
import type { PushDevice, PushService } from '../support/push-service.js';

/**
 * Gives the page a push service of ours: browsers know only that of their maker, which a test cannot reach. Everything
 * after the subscription is real.
 */
export async function subscribeAs(context: BrowserContext, { endpoint, keys }: PushDevice): Promise<void> {
  await context.addInitScript(`{
    let subscription = null;
    const made = {
      endpoint: ${JSON.stringify(endpoint)},
      toJSON: () => (${JSON.stringify({ endpoint, keys })}),
      unsubscribe: async () => Boolean((subscription = null) ?? sessionStorage.removeItem('test.subscribed') ?? true),
    };
    if (sessionStorage.getItem('test.subscribed')) subscription = made;
    PushManager.prototype.getSubscription = async () => subscription;
    PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
      if (!userVisibleOnly || applicationServerKey.length !== 65) throw new TypeError('not as browsers take it');
      sessionStorage.setItem('test.subscribed', 'true');
      return (subscription = made);
    };
  }`);
}

/** What the service worker of a page shows and is told. */
export interface WorkerAtHand {
  /** Hands over what the push service received, as the browser does. */
  deliver(received: PushService['received'][number]): Promise<void>;
  /** What stands on the screen. */
  shown(): Promise<ShownNotification[]>;
  /** Presses the notification of this tag. */
  press(tag: string): Promise<void>;
}

export interface ShownNotification {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly renotify: boolean;
  readonly requireInteraction: boolean;
  readonly silent: boolean;
  readonly vibrate: readonly number[];
}

const SHOWN = `navigator.serviceWorker.ready.then((registration) => registration.getNotifications()).then((all) =>
  all.map(({ title, body, tag, renotify, requireInteraction, silent, vibrate }) =>
    ({ title, body, tag, renotify, requireInteraction, silent, vibrate: [...vibrate] })))`;

/** The worker that is in charge of a page. */
export async function workerOf(page: Page): Promise<WorkerAtHand> {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL, isDeleted }) => scopeURL.startsWith(origin) && !isDeleted);
      if (own) resolve(own.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registered;
  return {
    async deliver({ payload }) {
      const data = JSON.stringify(payload);
      await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
    },
    shown: () => page.evaluate<ShownNotification[]>(SHOWN),
    async press(tag) {
      const [worker] = page.context().serviceWorkers();
      // A press that no finger made lets the worker bring no page in front; everything else is as of a real one.
      await worker!.evaluate(
        `self.registration.getNotifications({ tag: ${JSON.stringify(tag)} }).then(([notification]) =>
          self.dispatchEvent(new NotificationEvent('notificationclick', { notification })))`,
      );
    },
  };
}
