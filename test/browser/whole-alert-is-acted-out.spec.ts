import type { Browser, Locator, Page, Route } from 'playwright-core';
import { describeInBrowser, DESKTOP, launchChromium, openPage, PHONE, pressPanic } from './chromium.js';
import { addPerson, askApi, follow, signIn, squareAround, type Account, type Follower } from './organisations.js';
import { startApp, type RunningApp } from './running-app.js';
import { eventually } from '../support/eventually.js';

jest.setTimeout(90_000);

/** Every screen shows an event within this time of it, ms. */
const AT_ONCE = { timeout: 1000 };
const TOWN = { lat: -24.52, lng: 28.71 };
const PINS = { cancel: '2468', duress: '1357' };

describeInBrowser('a whole alert', () => {
  let app: RunningApp;
  let browser: Browser;
  let thandi: Account;
  let sipho: Account;
  let dispatcher: Follower;
  let control: Follower;
  let ben: Account;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), launchChromium()]);
    const watch = await askApi(app, 'POST', '/organisations', { name: 'Naboom Watch' });
    const room = await askApi(app, 'POST', '/organisations', { name: 'Limpopo Control', catchAll: true });
    const geometry = squareAround(TOWN.lat, TOWN.lng);
    await askApi(app, 'POST', `/organisations/${watch.id}/areas`, { name: 'Town', geometry });
    thandi = await addPerson(app, watch.id, 'responder', 'Thandi M');
    sipho = await addPerson(app, watch.id, 'responder', 'Sipho N');
    dispatcher = await follow(app, await addPerson(app, watch.id, 'dispatcher', 'Anna D'));
    ben = await addPerson(app, room.id, 'dispatcher', 'Ben K');
    control = await follow(app, ben);
  });
  afterAll(async () => {
    dispatcher?.socket.close();
    control?.socket.close();
    await browser?.close();
    await app?.stop();
  });

  const heard = (follower: Follower, type: string, reference: string) =>
    eventually(() => follower.messages.find((each) => each.type === type && each.alert.reference === reference), {
      withinMs: AT_ONCE.timeout,
      what: `${type} of ${reference}`,
    });

  async function openResponder(account: Account): Promise<Page> {
    const { page } = await openPage(browser, app.url, DESKTOP);
    await signIn(page, account);
    return page;
  }

  async function goOnDuty(page: Page): Promise<void> {
    const duty = page.getByRole('switch', { name: 'Town' });
    await duty.check();
    await page
      .locator('#duty')
      .getByText(/[1-9] connected/)
      .waitFor();
  }

  async function openReporter() {
    const geolocation = { latitude: TOWN.lat, longitude: TOWN.lng, accuracy: 10 };
    return openPage(browser, app.url, { ...PHONE, permissions: ['geolocation'], geolocation });
  }

  async function setPins(page: Page): Promise<void> {
    await page.getByText('Say more').click();
    await page.getByLabel('PIN (4 to 8 digits)').fill(PINS.cancel);
    await page.getByLabel('Second PIN, if you are forced').fill(PINS.duress);
  }

  async function cancelWith(page: Page, pin: string): Promise<void> {
    await page.getByText('Cancel this alert').click();
    await page.getByLabel('Your PIN, if you set one').fill(pin);
    await page.getByRole('button', { name: 'Cancel the alert' }).click();
  }

  const status = (page: Page, hasText: string): Locator => page.locator('#panic-status', { hasText });

  it('goes from an anonymous press over a late place to help on the scene, and on under duress', async () => {
    const [first, second] = await Promise.all([openResponder(thandi), openResponder(sipho)]);
    await Promise.all([goOnDuty(first), goOnDuty(second)]);
    const { page: reporter } = await openReporter();

    // Raised without a place: the control room that catches all has it, the town does not.
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await reporter.route(/\/emergency\/alerts\/[^/]+$/, (route: Route) => held.then(() => route.continue()));
    await setPins(reporter);
    const reference = await pressPanic(reporter);
    await heard(control, 'alert.raised', reference);
    expect(dispatcher.messages.filter(({ alert }) => alert.reference === reference)).toEqual([]);
    expect(await first.locator('.alert', { hasText: reference }).count()).toBe(0);

    // The late place moves it into the town.
    letGo();
    const [mine, theirs] = [first, second].map((page) => page.locator('.alert', { hasText: reference }));
    await Promise.all([mine!.waitFor(AT_ONCE), theirs!.waitFor(AT_ONCE)]);
    await mine!.getByText('Area: Town').waitFor(AT_ONCE);
    expect(await heard(dispatcher, 'alert.updated', reference)).toMatchObject({ alert: { location: TOWN } });
    expect(await heard(control, 'alert.updated', reference)).toMatchObject({ gone: true });
    await status(reporter, '2 received, 0 coming, 0 there').waitFor(AT_ONCE);

    // Both acknowledge; the first is marked.
    await mine!.getByRole('button', { name: 'Acknowledge' }).click();
    await theirs!.getByText(/Acknowledged by Thandi M/).waitFor(AT_ONCE);
    await status(reporter, 'A responder has seen your alert').waitFor(AT_ONCE);
    await theirs!.getByRole('button', { name: 'Acknowledge' }).click();
    await mine!.getByText(/Acknowledged by Thandi M \(first.*Sipho N/).waitFor(AT_ONCE);

    // One goes, and arrives.
    await mine!.getByLabel('Minutes away').fill('7');
    await mine!.getByRole('button', { name: 'En route' }).click();
    await theirs!.getByText(/Thandi M is coming, there about/).waitFor(AT_ONCE);
    await status(reporter, '2 received, 1 coming, 0 there').waitFor(AT_ONCE);
    await mine!.getByRole('button', { name: 'On scene' }).click();
    await theirs!.getByText(/Thandi M is there/).waitFor(AT_ONCE);
    await status(reporter, '2 received, 0 coming, 1 there').waitFor(AT_ONCE);

    // Forced to cancel: over for the reporter's screen, and more urgent than ever for those who come.
    await cancelWith(reporter, PINS.duress);
    await status(reporter, 'This alert is cancelled').waitFor(AT_ONCE);
    for (const item of [mine!, theirs!]) {
      await item.locator('.badge', { hasText: 'Duress' }).waitFor(AT_ONCE);
      await item.getByRole('heading', { name: 'critical' }).waitFor(AT_ONCE);
      await item.locator('.pill', { hasText: 'acknowledged' }).waitFor(AT_ONCE);
    }
    expect(await heard(dispatcher, 'alert.duress', reference)).toMatchObject({ alert: { severity: 'critical' } });
    await theirs!.getByRole('button', { name: 'On scene' }).click();
    await mine!.getByText(/Sipho N is there/).waitFor(AT_ONCE);
    await reporter.reload();
    await status(reporter, 'This alert is cancelled').waitFor();
    expect(await reporter.locator('main').innerText()).not.toMatch(/forced|duress|coming|Second PIN/i);

    // Closed with an outcome.
    await mine!.getByText('Close').click();
    await mine!.getByLabel('Why?').fill('Brought to safety');
    await mine!.getByRole('button', { name: 'Resolve' }).click();
    await theirs!.getByText(/Resolved by Thandi M .*it was real; Brought to safety/).waitFor(AT_ONCE);
    for (const page of [first, second, reporter]) await page.context().close();
  });

  it('leaves the list of those whom it leaves', async () => {
    const page = await openResponder(ben);
    const raised = await fetch(`${app.url}/api/v1/emergency/alerts`, { method: 'POST' });
    const { id, reference, receiptToken } = (await raised.json()) as Record<string, string>;
    const item = page.locator('.alert', { hasText: reference! });
    await item.waitFor(AT_ONCE);
    await fetch(`${app.url}/api/v1/emergency/alerts/${id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${receiptToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ location: TOWN }),
    });
    await item.waitFor({ ...AT_ONCE, state: 'detached' });
    expect(await heard(control, 'alert.updated', reference!)).toMatchObject({ gone: true });
    await page.context().close();
  });

  it('looks the same on the page whether the reporter cancelled freely or was forced', async () => {
    const [free, forced] = await Promise.all([openReporter(), openReporter()]);
    const shown: string[] = [];
    for (const [{ page }, pin] of [
      [free, PINS.cancel],
      [forced, PINS.duress],
    ] as const) {
      await setPins(page);
      await pressPanic(page);
      await cancelWith(page, '9999');
      await page.getByText('The PIN is wrong.').waitFor();
      await page.getByText('Cancel this alert').click();
      await cancelWith(page, pin);
      await status(page, 'This alert is cancelled').waitFor();
      expect(await page.getByLabel('PIN (4 to 8 digits)').isVisible()).toBe(false);
      for (const field of ['#cancel-pin', '#duress-pin', '#pin']) expect(await page.inputValue(field)).toBe('');
      const html = await page.locator('main .call').innerHTML();
      shown.push(html.replaceAll(/NB-\w+/g, 'NB').replaceAll(/<time.*?<\/time>/g, 'time'));
      const kept = await page.evaluate<string>('JSON.stringify(localStorage) + JSON.stringify(sessionStorage)');
      // Random ids and receipts have any four digits once in a while.
      const told = kept.replaceAll(/r\.[\w.-]+|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'id');
      expect(told).not.toMatch(/2468|1357|duress/i);
    }
    expect(shown[0]).toBe(shown[1]);
    await Promise.all([free.context.close(), forced.context.close()]);
  });

  it('keeps the PINs on the device where that is wanted, and does not show how many', async () => {
    const { page, context } = await openReporter();
    await setPins(page);
    await page.getByLabel('Keep on this device').check();
    await pressPanic(page);
    await cancelWith(page, PINS.cancel);
    await status(page, 'This alert is cancelled').waitFor();

    const anotherDay = async () => {
      await page.evaluate(`localStorage.removeItem('naboom.receipt')`);
      await page.reload();
      await page.getByText('Say more').click();
    };
    await anotherDay();
    await page.getByText('A PIN to cancel with is kept on this device.').waitFor();
    expect(await page.locator('main').innerText()).not.toMatch(/second PIN|forced/i);
    await pressPanic(page);
    await cancelWith(page, '');
    await page.getByText('Give the PIN that was set for this alert.').waitFor();
    await page.getByLabel('Your PIN, if you set one').fill(PINS.duress);
    await page.getByRole('button', { name: 'Cancel the alert' }).click();
    await status(page, 'This alert is cancelled').waitFor();

    await anotherDay();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.getByLabel('PIN (4 to 8 digits)').waitFor();
    expect(await page.evaluate(`localStorage.getItem('naboom.pins')`)).toBeNull();
    await context.close();
  });

  it('tells whoever is not on duty only about where, and all of it once they are', async () => {
    const page = await openResponder(sipho);
    const duty = page.getByRole('switch', { name: 'Town' });
    await goOnDuty(page);
    await duty.uncheck();
    // The server counts an area only for those on duty there: it knows.
    await page.locator('#duty').getByText('connected').waitFor({ state: 'hidden' });
    const contact = { name: 'Lerato', phone: '0821234567' };
    const raised = await fetch(`${app.url}/api/v1/emergency/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ contact, location: { lat: -24.51234, lng: 28.71234 } }),
    });
    const { reference } = (await raised.json()) as { reference: string };
    const item = page.locator('.alert', { hasText: reference });
    await item.locator('.badge', { hasText: 'About here' }).waitFor(AT_ONCE);
    expect(await item.textContent()).toContain('-24.51, 28.71');
    expect(await item.textContent()).not.toMatch(/Lerato|0?82 ?123|51234/);
    await duty.check();
    await item.getByText('Reported by Lerato').waitFor();
    expect(await item.textContent()).toContain('-24.51234, 28.71234');
    await page.context().close();
  });
});
