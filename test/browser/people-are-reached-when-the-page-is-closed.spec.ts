import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { newVapidKeys, startPushService, type PushService } from '../support/push-service.js';
import { describeInBrowser, launchChromium, openPage, PHONE } from './chromium.js';
import { addPerson, askApi, signIn, squareAround, type Account } from './organisations.js';
import { startApp, type RunningApp } from './running-app.js';
import { subscribeAs, workerOf } from './service-worker.js';

jest.setTimeout(60_000);

const SOON = { timeout: 5000 };
const IN_TOWN = { lat: -24.52, lng: 28.71 };

describeInBrowser('somebody who is not looking', () => {
  let app: RunningApp;
  let browser: Browser;
  let mail: MailServer;
  let pushes: PushService;
  let watchId: string;
  let anna: Account;
  beforeAll(async () => {
    const vapid = newVapidKeys();
    [mail, pushes] = await Promise.all([startMailServer({ tls: 'none' }), startPushService(vapid)]);
    const settings = {
      NABOOM_VAPID_PUBLIC_KEY: vapid.publicKey,
      NABOOM_VAPID_PRIVATE_KEY: vapid.privateKey,
      NABOOM_VAPID_SUBJECT: 'mailto:alerts@naboom.example',
      NABOOM_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
      NABOOM_SMTP_HOST: '127.0.0.1',
      NABOOM_SMTP_PORT: String(mail.port),
      NABOOM_SMTP_TLS: 'none',
      NABOOM_MAIL_FROM: 'alerts@naboom.example',
    };
    [app, browser] = await Promise.all([startApp(settings), launchChromium()]);
    const watch = await askApi(app, 'POST', '/organisations', { name: 'Naboom Watch', catchAll: true });
    watchId = watch.id;
    const town = { name: 'Town', geometry: squareAround(IN_TOWN.lat, IN_TOWN.lng) };
    const area = await askApi(app, 'POST', `/organisations/${watch.id}/areas`, town);
    anna = await addPerson(app, watch.id, 'dispatcher', 'Anna D');
    const [user] = (await askApi(app, 'GET', '/users?query=anna')).items;
    await askApi(app, 'PUT', `/areas/${area.id}/duties/${user.id}`);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await Promise.all([mail?.close(), pushes?.close()]);
  });

  async function openPanel(page: Page): Promise<void> {
    page.setDefaultTimeout(8000);
    await signIn(page, anna);
    await page.getByText('How we reach you').click();
  }

  it('is told by a notification, which says that it came, was seen, and opens the alert', async () => {
    const { page, context, errors } = await openPage(browser, app.url, {
      ...PHONE,
      permissions: ['notifications'],
    });
    await subscribeAs(context, pushes.device());
    await page.reload();
    await openPanel(page);
    await page.getByText('This device is told nothing').waitFor(SOON);
    await page.getByRole('button', { name: 'Turn on notifications on this device' }).click();
    await page.getByText('Waiting for the first message, which').waitFor(SOON);
    const first = await eventually(() => pushes.received[0], { what: 'the first message' });
    const worker = await workerOf(page);
    await worker.deliver(first);
    await page.getByText('Notifications arrive on this device').waitFor(SOON);
    await page.locator('.contact', { hasText: '(this device)' }).getByText('Confirmed').waitFor(SOON);

    await page.goto(`${app.url}/docs`);
    const raised = { severity: 'critical', kind: 'fire', location: IN_TOWN };
    const { id, reference } = await askApi(app, 'POST', '/emergency/alerts', raised);
    const isOfIt = ({ payload }: (typeof pushes.received)[number]) => payload['alertId'] === id;
    const called = await eventually(() => pushes.received.find(isOfIt), { what: 'the alert' });
    await worker.deliver(called);
    const shown = await eventually(async () => (await worker.shown()).find(({ tag }) => tag === id));
    expect(shown).toMatchObject({ renotify: true, requireInteraction: true, silent: false });
    expect(shown.title).toContain(reference);
    expect(shown.vibrate.length).toBeGreaterThan(3);
    await reached(id, 'received');
    await worker.press(id);
    await reached(id, 'seen');

    await page.goto(`${app.url}/#alert-${id}`);
    const inFront = () => page.evaluate('document.activeElement.closest("li")?.id');
    await eventually(async () => (await inFront()) === `alert-${id}`, { what: 'the alert of the address' });
    await page.locator('#panic .panic').focus();
    await worker.deliver(called); // also while the page is open
    await eventually(async () => (await worker.shown()).some(({ tag }) => tag === id));
    await worker.press(id);
    await eventually(async () => (await inFront()) === `alert-${id}`, { what: 'the alert that was pressed' });
    expect(errors).toEqual([]);
    await context.close();
  });

  /** Waits until the server has it by push of Anna that an alert came so far. */
  async function reached(id: string, stage: 'received' | 'seen'): Promise<void> {
    const isSo = async () => {
      const { reach } = await askApi(app, 'GET', `/emergency/alerts/${id}`);
      return reach.people[0].stages[stage].channel === 'push';
    };
    await eventually(isSo, { what: `${stage} by push` });
  }

  it('adds an e-mail address, shows that it is theirs by its code, tests it, and settles order and quiet hours', async () => {
    const { page, context, errors } = await openPage(browser, app.url, PHONE);
    await context.addInitScript("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })");
    await page.reload();
    await openPanel(page);
    await page.getByText('Notifications are blocked for this page').waitFor(SOON);
    await page.getByText('Add a phone, e-mail or webhook').click();
    await page.getByLabel('E-mail address').fill('anna.at.home@naboom.example');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const item = page.locator('.contact', { hasText: 'anna.at.home@naboom.example' });
    await item.getByText('Waiting for the code').waitFor(SOON);
    expect(await page.evaluate('document.activeElement.inputMode')).toBe('numeric');
    const { text, to } = await eventually(() => mail.received[0], { what: 'the code' });
    expect(to).toEqual(['anna.at.home@naboom.example']);
    await page.keyboard.type('000000');
    await page.keyboard.press('Enter');
    await item.locator('.problem', { hasText: 'code' }).waitFor(SOON);
    await item.getByLabel('Code').fill(/code is (\d{6})/.exec(text)![1]!);
    await item.getByRole('button', { name: 'Confirm' }).click();
    await item.getByText('Confirmed').waitFor(SOON);
    await item.getByRole('button', { name: 'Send a test' }).click();
    await item.getByText('The mail server took the test').waitFor();
    expect(mail.received[1]!.text).toContain('This is a test');
    await orderAndQuietHours(page);
    expect(errors.filter((error) => !error.includes('403'))).toEqual([]);
    await context.close();
  });

  /** Moves contacts with the keyboard, removes one, and sets quiet hours. */
  async function orderAndQuietHours(page: Page): Promise<void> {
    await page.getByText('Add a phone, e-mail or webhook').click();
    await page.getByLabel('By what?').selectOption('webhook');
    await page.getByLabel('Address (https)').fill('http://127.0.0.1:9/hook');
    await page.getByLabel('Name it').fill('Siren');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const name = 'Webhook: Siren, http://127.0.0.1:9/hook';
    const secret = page.locator('.contact', { hasText: name }).locator('code');
    await secret.waitFor(SOON);
    expect(await secret.textContent()).toMatch(/^whsec_/);
    await page.getByRole('button', { name: `Earlier: ${name}` }).focus();
    await page.keyboard.press('Enter');
    const order = () => page.locator('.contact strong').allTextContents();
    const webhookAt = async (at: number) => (await order())[at] === name;
    const count = (await order()).length;
    await eventually(() => webhookAt(count - 2), { what: 'a move by a key' });
    const label = () => page.evaluate('document.activeElement.ariaLabel');
    await eventually(async () => (await label()) === `Earlier: ${name}` || (await label()) === `Later: ${name}`);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: `Remove ${name}` }).click();
    await eventually(async () => (await order()).length === count - 1, { what: 'the contact being gone' });

    await page.getByText('Quiet hours', { exact: true }).click();
    await page.getByText('No quiet hours.', { exact: true }).waitFor(SOON);
    await page.locator('form', { hasText: 'Save quiet hours' }).getByLabel('From').fill('21:30');
    await page.getByRole('button', { name: 'Save quiet hours' }).click();
    await page.getByText(/Quiet from 21:30 until 06:00/).waitFor(SOON);
  }

  it('is called again by the next step, which the alert tells to dispatchers', async () => {
    const dispatchers = [{ kind: 'role', role: 'dispatcher' }];
    const steps = [
      { targets: [{ kind: 'on_duty' }], delaySeconds: 0 },
      { targets: dispatchers, delaySeconds: 3600 },
    ];
    await askApi(app, 'PUT', `/organisations/${watchId}/escalation`, { steps, unreachedSeconds: 600 });
    const { id, reference } = await askApi(app, 'POST', '/emergency/alerts', { kind: 'crime', location: IN_TOWN });
    const { page, context } = await openPage(browser, app.url, PHONE);
    await signIn(page, anna);
    const item = page.locator(`#alert-${id}`);
    await item.getByText(/Nobody took notice: step 2 at .*, 1 person told; next step/).waitFor();
    await item.getByText(/Whom it reached|Received by/).click();
    await item
      .locator('li', { hasText: 'Anna D' })
      .getByText(/Notification: handed over/)
      .waitFor(SOON);
    await item.getByRole('button', { name: `Acknowledge ${reference}` }).click();
    await item.getByText(/It went on to step 2/).waitFor(SOON);
    expect(await item.textContent()).not.toContain('Nobody took notice');
    await context.close();
  });
});
