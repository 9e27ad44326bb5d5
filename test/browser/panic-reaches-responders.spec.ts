import type { Browser } from 'playwright-core';
import {
  connectFeed,
  describeInBrowser,
  DESKTOP,
  feedIs,
  launchChromium,
  openPage,
  PHONE,
  pressPanic,
} from './chromium.js';
import { startApp, type RunningApp } from './running-app.js';
import { eventually } from '../support/eventually.js';

jest.setTimeout(60_000);

describeInBrowser('the page', () => {
  let app: RunningApp;
  let browser: Browser;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  const alertOf = async (reference: string) => {
    const headers = { authorization: `Bearer ${app.operatorKey}` };
    const { items } = (await (await fetch(`${app.url}/api/v1/emergency/alerts`, { headers })).json()) as {
      items: (Record<string, unknown> & { reference: string })[];
    };
    const found = items.filter((alert) => alert.reference === reference);
    expect(found).toHaveLength(1);
    return found[0]!;
  };

  it('shows a press to a responder within a second, and the reporter that somebody has seen it', async () => {
    const responder = await openPage(browser, app.url, DESKTOP);
    const reporter = await openPage(browser, app.url, PHONE);
    await connectFeed(responder.page, app.operatorKey);
    const pressed = Date.now();
    const reference = await pressPanic(reporter.page);
    const item = responder.page.locator('.alert', { hasText: reference });
    await item.waitFor({ timeout: 1000 });
    expect(Date.now() - pressed).toBeLessThan(1000);
    await expect(responder.page.locator('#feed-announcer').textContent()).resolves.toContain(reference);

    await item.getByRole('button', { name: 'Acknowledge' }).click();
    await item.locator('.pill', { hasText: 'acknowledged' }).waitFor();
    await reporter.page.locator('#panic-status', { hasText: 'A responder has seen your alert' }).waitFor();
    await item.getByText('Close').click();
    await item.getByRole('button', { name: 'Resolve' }).click();
    await reporter.page.locator('#panic-status', { hasText: 'This alert is closed' }).waitFor();
    expect(await item.getByRole('button').allTextContents()).toEqual(['Reopen']);
    for (const { errors, foreign, context } of [responder, reporter]) {
      expect({ errors, foreign }).toEqual({ errors: [], foreign: [] });
      await context.close();
    }
  });

  it('works without JavaScript: a receipt, and a button that presses again', async () => {
    const { page, context, foreign } = await openPage(browser, app.url, { ...PHONE, javaScriptEnabled: false });
    await page.getByText('Say more').click();
    await page.getByLabel('What happened?').fill('<b>No script</b> & "quotes"');
    await page.locator('#panic .panic').click();
    await page.getByRole('heading', { name: 'Help is being called' }).waitFor();
    const reference = (await page.locator('.reference').textContent())!;
    const before = await alertOf(reference);
    expect(before).toMatchObject({ message: '<b>No script</b> & "quotes"', verified: true, repeatCount: 0 });
    await page.getByRole('button', { name: 'Again' }).click();
    await page.getByText('Pressed 2 times.').waitFor();
    expect(await alertOf(reference)).toMatchObject({ id: before['id'], repeatCount: 1, severity: 'critical' });
    expect(foreign).toEqual([]);
    await context.close();
  });

  it('sends first and the position after, into the same alert', async () => {
    const position = { latitude: -33.9249, longitude: 18.4241, accuracy: 12 };
    const { page, context } = await openPage(browser, app.url, { permissions: ['geolocation'], geolocation: position });
    const reference = await pressPanic(page);
    await eventually(async () => (await alertOf(reference))['location'] !== null);
    expect((await alertOf(reference))['location']).toMatchObject({ lat: -33.9249, lng: 18.4241, accuracyM: 12 });
    expect(await alertOf(reference)).toMatchObject({ repeatCount: 0, severity: 'high', test: false });
    await context.close();
  });

  it('delivers a position from a dead spot when the network returns, also after a reload', async () => {
    const geolocation = { latitude: -26.2, longitude: 28.04 };
    const { page, context } = await openPage(browser, app.url, { permissions: ['geolocation'], geolocation });
    const own = /\/emergency\/alerts\/[^/]+$/;
    await context.route(own, (route) => route.abort());
    const failed = page.waitForEvent('requestfailed', (request) => request.method() === 'PATCH');
    const reference = await pressPanic(page);
    await failed;
    await page.reload();
    expect(await alertOf(reference)).toMatchObject({ location: null });
    await context.unroute(own);
    await eventually(async () => (await alertOf(reference))['location'] !== null);
    expect(await alertOf(reference)).toMatchObject({ location: { lat: -26.2 }, repeatCount: 0, severity: 'high' });
    await context.close();
  });

  it('keeps a test a test when the position comes', async () => {
    const geolocation = { latitude: -26.2, longitude: 28.04 };
    const { page, context } = await openPage(browser, app.url, { permissions: ['geolocation'], geolocation });
    await page.getByText('Say more').click();
    await page.getByLabel('This is only a test').check();
    const reference = await pressPanic(page);
    await eventually(async () => (await alertOf(reference))['location'] !== null);
    expect(await alertOf(reference)).toMatchObject({ test: true, repeatCount: 0 });
    await context.close();
  });

  it('adds the position of a second phone that gives the same number', async () => {
    const contact = { phone: '0829876543' };
    const raised = await fetch(`${app.url}/api/v1/emergency/alerts`, {
      method: 'POST',
      body: JSON.stringify({ contact }),
    });
    const { reference } = (await raised.json()) as { reference: string };
    const geolocation = { latitude: -26.2, longitude: 28.04 };
    const { page, context } = await openPage(browser, app.url, { permissions: ['geolocation'], geolocation });
    await page.getByText('Say more').click();
    await page.getByLabel('Your phone number').fill(contact.phone);
    await pressPanic(page);
    await eventually(async () => (await alertOf(reference))['location'] !== null);
    expect(await alertOf(reference)).toMatchObject({ repeatCount: 1, location: { lat: -26.2 } });
    await context.close();
  });

  it('delivers a press from a dead spot when the network returns, once, also after a reload', async () => {
    const { page, context } = await openPage(browser, app.url, PHONE);
    const press = /\/emergency\/alerts$/;
    await context.route(press, (route) => route.abort());
    await page.locator('#panic .panic').click();
    await page.getByText('Not sent yet').waitFor();
    await page.reload();
    await page.getByText('Not sent yet').waitFor();
    await context.unroute(press);
    const text = await page.locator('#panic-status', { hasText: 'Reference' }).textContent();
    expect(await alertOf(/NB-[0-9A-Z]+/.exec(text!)![0])).toMatchObject({ repeatCount: 0 });
    await context.close();
  });

  it('folds a further press into the own alert', async () => {
    const { page, context } = await openPage(browser, app.url);
    const reference = await pressPanic(page);
    await page.locator('#panic .panic').click();
    await page.locator('#panic-status', { hasText: 'Pressed 2 times' }).waitFor();
    expect(await alertOf(reference)).toMatchObject({ repeatCount: 1, severity: 'critical' });
    await context.close();
  });

  it('says that a key is not accepted, and forgets it', async () => {
    const { page, context } = await openPage(browser, app.url);
    await page.getByText('Use the operator key').click();
    await page.getByLabel('Operator key').fill('not-the-operator-key-at-all');
    await page.getByRole('button', { name: 'Connect' }).click();
    await feedIs(page, 'Not accepted');
    await page.getByText('The server does not accept this key.').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await expect(page.getByLabel('Operator key').isVisible()).resolves.toBe(true);
    await context.close();
  });

  it('shows the health of every Redis user by name', async () => {
    const { page, context } = await openPage(browser, app.url);
    for (const user of ['app_user', 'websocket_user', 'realtime_user', 'monitoring_user']) {
      await page.locator('#health-users li', { hasText: user }).getByText('healthy', { exact: true }).waitFor();
    }
    await expect(page.locator('#health-overall').textContent()).resolves.toBe('healthy');
    await context.close();
  });
});
