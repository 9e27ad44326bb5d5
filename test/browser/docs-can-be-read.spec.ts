import type { Browser } from 'playwright-core';
import { violations } from './axe.js';
import { describeInBrowser, DESKTOP, launchChromium, openPage, PHONE } from './chromium.js';
import { takePicture } from './pictures.js';
import { startApp, type RunningApp } from './running-app.js';

jest.setTimeout(60_000);

/** One of each kind of thing that the page consists of. */
const PARTS = ['header', 'h1', 'nav', '#raiseAlert', '#server-alert', '#client-alert-cancel', '#schema-Alert'];

describeInBrowser('the description of the API', () => {
  let app: RunningApp;
  let browser: Browser;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  it.each([
    ['phone', 'light', PHONE],
    ['desktop', 'dark', DESKTOP],
  ] as const)(
    'fits a %s, %s, with everything opened: nothing overflows, axe finds nothing',
    async (name, scheme, screen) => {
      const { page, context, errors, foreign } = await openPage(browser, app.url, { ...screen, colorScheme: scheme });
      await page.goto(`${app.url}/docs`);
      await takePicture(page, `docs-${name}-${scheme}`);
      await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(
        0,
      );
      // All of it would take half a minute: one of each kind, and what stands around them.
      expect(await violations(page, PARTS)).toEqual([]);
      expect({ errors, foreign }).toEqual({ errors: [], foreign: [] });
      await takePicture(page.locator('#raiseAlert'), `docs-${name}-${scheme}-raise`);
      await context.close();
    },
  );

  it('leads from its contents to a route and from there to a schema', async () => {
    const { page, context } = await openPage(browser, app.url, DESKTOP);
    await page.goto(`${app.url}/docs`);
    await page.getByRole('navigation').getByText('Alerts', { exact: true }).click();
    await page.getByRole('link', { name: 'POST /api/v1/emergency/alerts', exact: true }).click();
    await page.locator('#raiseAlert').getByRole('link', { name: 'RaiseAlert', exact: true }).click();
    expect(await page.locator('#schema-RaiseAlert:target').count()).toBe(1);
    await context.close();
  });

  it('stands beside the board of the queues, which needs nothing from elsewhere either', async () => {
    const extraHTTPHeaders = { authorization: `Bearer ${app.operatorKey}` };
    const { page, context, errors, foreign } = await openPage(browser, app.url, { ...DESKTOP, extraHTTPHeaders });
    await page.goto(`${app.url}/admin/queues/queue/maintenance`);
    await page.getByText('prune').first().waitFor();
    await takePicture(page, 'queues');
    expect({ errors, foreign }).toEqual({ errors: [], foreign: [] });
    await context.close();
  });
});
