import type { Browser, Page } from 'playwright-core';
import { violations } from './axe.js';
import { connectFeed, describeInBrowser, DESKTOP, launchChromium, openPage, PHONE, pressPanic } from './chromium.js';
import { addPerson, askApi, signIn, squareAround, type Account } from './organisations.js';
import { takePicture } from './pictures.js';
import { startApp, type RunningApp } from './running-app.js';

jest.setTimeout(60_000);

/** Everything that is pressed is at least 44 px in one direction and 24 px in the other (WCAG 2.2 asks for 24 x 24). */
async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('button, select, input, textarea, summary')]
    .filter((one) => one.checkVisibility())
    .filter((one) => one.type === 'checkbox' ? one.closest('label').clientHeight < 44 : one.clientHeight + 2 < 44)
    .map((one) => one.outerHTML)`);
}

/** What overflows, what is too small to press, and what axe finds: on the phone in light colours, on the desktop in dark. */
async function misfits(page: Page, name: string): Promise<string[]> {
  const colorScheme = name.startsWith('phone') ? 'light' : 'dark';
  await page.emulateMedia({ colorScheme });
  const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  await takePicture(page, `${name}-${colorScheme}`);
  const tooWide = over === 0 ? [] : [`${String(over)} px too wide`];
  return [...tooWide, ...(await smallTargets(page)), ...(await violations(page))];
}

describeInBrowser('the page on any screen', () => {
  let app: RunningApp;
  let browser: Browser;
  let dispatcher: Account;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), launchChromium()]);
    const long = 'Long'.repeat(60);
    for (const body of [{ message: long, contact: { name: 'N'.repeat(80), phone: '0821234567' } }, { kind: 'fire' }]) {
      await fetch(`${app.url}/api/v1/emergency/alerts`, { method: 'POST', body: JSON.stringify(body) });
    }
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  const screens = [
    ['phone', PHONE],
    ['desktop', DESKTOP],
  ] as const;

  it.each(screens)('fits a %s, with the operator key', async (name, screen) => {
    const { page, context } = await openPage(browser, app.url, screen);
    await connectFeed(page, app.operatorKey);
    await pressPanic(page);
    await page.getByText('Say more').click();
    await page.locator('.alert').nth(2).waitFor();
    expect(await misfits(page, `${name}-in-use`)).toEqual([]);
    await context.close();
  });

  describe('of a dispatcher', () => {
    beforeAll(async () => {
      const town = await askApi(app, 'POST', '/organisations', { name: 'Naboom Watch', catchAll: true });
      const area = { name: 'Town', geometry: squareAround(-24.52, 28.71) };
      await askApi(app, 'POST', `/organisations/${town.id}/areas`, area);
      dispatcher = await addPerson(app, town.id, 'dispatcher', 'Anna Dispatcher-With-A-Long-Name');
    });

    it.each(screens)('fits a %s, where people settle who is called, and how', async (name, screen) => {
      const { page, context } = await openPage(browser, app.url, screen);
      await signIn(page, dispatcher);
      // From below, and what is in a panel after it: what is pressed is not moved by what was opened.
      const panels = ['Drills', 'Shifts', 'Who is called, and when', 'How we reach you'];
      const parts = [
        'Exceptions',
        'Add a shift',
        'Lately sent to you',
        'Quiet hours',
        'Add a phone, e-mail or webhook',
      ];
      for (const part of [...panels, ...parts]) await page.getByText(part, { exact: true }).click();
      await page.locator('.step').first().getByText('Certain people').first().click();
      await page.getByText('Nobody is on duty now.').waitFor();
      await page.getByText('No quiet hours.', { exact: true }).waitFor();
      expect(await misfits(page, `${name}-calling`)).toEqual([]);
      await context.close();
    });

    it.each(screens)('fits a %s, in every state of an alert', async (name, screen) => {
      const { page, context } = await openPage(browser, app.url, screen);
      for (const closed of ['Make an account', 'Use the operator key', 'Say more']) {
        await page.getByText(closed).click();
      }
      expect(await misfits(page, `${name}-signed-out`)).toEqual([]);
      await page.locator('#cancel-pin').fill('2468');
      await page.locator('#duress-pin').fill('1357');
      const reference = await pressPanic(page);
      await signIn(page, dispatcher);
      const item = page.locator('.alert', { hasText: reference });
      await item.getByRole('button', { name: 'Acknowledge' }).click();
      await item.getByRole('button', { name: 'En route' }).click();
      await item.getByText(/is coming/).waitFor();
      await item.getByText('Close').click();
      await item.getByLabel('How did it end?').selectOption('duplicate');
      await item.getByText(/Whom it reached|Received by/).click();
      await page.getByText('Areas', { exact: true }).click();
      await page.getByRole('switch', { name: 'Town' }).check();
      await page.getByText('Cancel this alert').click();
      expect(await misfits(page, `${name}-reporter`)).toEqual([]);
      await page.getByLabel('Your PIN, if you set one').fill('1357');
      await page.getByRole('button', { name: 'Cancel the alert' }).click();
      await item.locator('.badge', { hasText: 'Duress' }).waitFor();
      expect(await misfits(page, `${name}-console`)).toEqual([]);
      await context.close();
    });
  });

  it('needs no motion where none is wanted', async () => {
    const { page, context } = await openPage(browser, app.url, { reducedMotion: 'reduce' });
    const transition = await page.evaluate('getComputedStyle(document.querySelector(".panic")).transitionDuration');
    expect(transition).toBe('0s');
    await context.close();
  });

  it('can be pressed with the keyboard alone', async () => {
    const { page, context } = await openPage(browser, app.url);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('panic');
    await page.keyboard.press('Enter');
    await page.locator('#panic-status', { hasText: 'Help is being called' }).waitFor();
    await context.close();
  });

  it('shows the panic button without scrolling on the smallest phone', async () => {
    const { page, context } = await openPage(browser, app.url, PHONE);
    const box = (await page.locator('#panic .panic').boundingBox())!;
    expect(box.y + box.height).toBeLessThan(640);
    expect(box.width).toBeGreaterThan(200);
    await context.close();
  });

  it('is served with a strict policy, compressed, and not sent again when it is known', async () => {
    const first = await fetch(`${app.url}/`, { headers: { 'accept-encoding': 'gzip' } });
    expect(first.headers.get('content-security-policy')).toMatch(/^default-src 'self';.*frame-ancestors 'none'/);
    expect(first.headers.get('content-encoding')).toBe('gzip');
    const again = await fetch(`${app.url}/`, { headers: { 'if-none-match': first.headers.get('etag')! } });
    expect(again.status).toBe(304);
    for (const path of ['/assets/nothing.js', '/assets/..%2fpackage.json', '/assets/%2e%2e/package.json']) {
      expect((await fetch(app.url + path)).status).toBe(404);
    }
  });
});
