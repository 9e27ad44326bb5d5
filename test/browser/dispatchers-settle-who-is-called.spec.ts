import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { describeInBrowser, launchChromium, openPage, PHONE } from './chromium.js';
import { addPerson, askApi, signIn, squareAround, type Account } from './organisations.js';
import { startApp, type RunningApp } from './running-app.js';

jest.setTimeout(60_000);

const SOON = { timeout: 5000 };

describeInBrowser('a dispatcher settles who is called', () => {
  let app: RunningApp;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  let watchId: string;
  let anna: Account;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), launchChromium()]);
    watchId = (await askApi(app, 'POST', '/organisations', { name: 'Naboom Watch', catchAll: true })).id;
    const town = { name: 'Town', geometry: squareAround(-24.52, 28.71) };
    await askApi(app, 'POST', `/organisations/${watchId}/areas`, town);
    anna = await addPerson(app, watchId, 'dispatcher', 'Anna D');
    await addPerson(app, watchId, 'responder', 'Sipho N');
    ({ page, errors } = await openPage(browser, app.url, PHONE));
    page.setDefaultTimeout(8000);
    page.on('dialog', (dialog) => void dialog.accept());
    await signIn(page, anna);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  const policy = () => askApi(app, 'GET', `/organisations/${watchId}/escalation`);

  it('by steps, which are moved with the keyboard, saved, and taken back', async () => {
    await page.getByText('Who is called, and when').click();
    await page.getByText('everything has been tried after 12 min').waitFor(SOON);
    const steps = page.locator('.step');
    await steps.nth(1).getByRole('button', { name: 'Earlier: step 2' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Later: step 1');
    await steps.nth(0).getByText('Certain people').first().click();
    await steps.nth(0).getByLabel('Sipho N').check();
    await steps.nth(0).getByLabel('SMS').check();
    await steps.nth(2).getByRole('button', { name: 'Remove: step 3' }).click();
    await page.getByLabel('Go through all steps again, times').fill('0');
    await page.getByText('everything has been tried after 3 min').waitFor(SOON);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved. It counts for alerts from now on.').waitFor(SOON);
    const { isDefault, policy: saved } = await policy();
    expect({ isDefault, ...saved }).toMatchObject({
      isDefault: false,
      repeat: 0,
      steps: [
        { targets: [{ kind: 'role', role: 'responder' }, { kind: 'person' }], channels: ['sms'], delaySeconds: 120 },
        { targets: [{ kind: 'on_duty' }], delaySeconds: 60 },
      ],
    });
    await page.getByRole('button', { name: 'Back to default' }).click();
    await page.getByText('This is the default again.').waitFor(SOON);
    expect(await policy()).toMatchObject({ isDefault: true });
    await page.getByText('Who is called, and when').click();
  });

  it('by shifts and exceptions, and sees who is on duty now', async () => {
    await page.getByText('Shifts', { exact: true }).click();
    await page.getByText('Nobody is on duty now.').waitFor(SOON);
    await page.getByText('Add a shift', { exact: true }).click();
    const form = page.locator('form', { hasText: 'Add the shift' });
    await form.getByLabel('Who?').selectOption('Sipho N');
    await form.getByLabel('Where?').selectOption('Town');
    for (const box of await form.getByRole('checkbox').all()) await box.check();
    await form.getByLabel('From').fill('00:00');
    await form.getByLabel('Until').fill('00:00');
    await form.getByRole('button', { name: 'Add the shift' }).click();
    await page.getByText(/On duty now: Sipho N.* until/).waitFor(SOON);
    const otherDay = await page.evaluate<string>(
      `new Date(Date.now() + 3 * 86_400_000).toLocaleDateString('en', { weekday: 'long', timeZone: 'Africa/Johannesburg' })`,
    );
    await page.getByRole('button', { name: `Remove ${otherDay} 00:00–00:00 Sipho N, Town` }).click();
    await eventually(async () => (await page.getByText('00:00–00:00 Sipho N').count()) === 6);
    await page.getByText('Exceptions', { exact: true }).click();
    const exception = page.locator('form', { hasText: 'Add the exception' });
    await exception.getByLabel('Who?').selectOption('Sipho N');
    await exception.getByLabel('What?').selectOption('Is not on duty');
    await exception.getByRole('button', { name: 'Add the exception' }).click();
    await page.getByText('Sipho N is not on duty:').waitFor(SOON);
    await page.getByText('Nobody is on duty now.').waitFor(SOON);
    await page.getByRole('button', { name: /^Remove Sipho N is not on duty/ }).click();
    await page.getByText('Nobody is on duty now.').waitFor({ state: 'hidden' });
    expect((await askApi(app, 'GET', `/organisations/${watchId}/shift-overrides`)).items).toEqual([]);
    await page.getByText('Shifts', { exact: true }).click();
  });

  it('and tries it out by a drill, whose report tells whom it reached', async () => {
    await page.getByText('Drills', { exact: true }).click();
    await page.getByRole('button', { name: 'Start a drill' }).click();
    const item = page.locator('.alert', { hasText: '(DRILL)' });
    await item.locator('.badge', { hasText: 'DRILL' }).waitFor();
    // Nobody has told how to be reached.
    await item.getByText('Nobody took notice at any step.').waitFor();
    const report = page.locator('.drills > li').first();
    await report.getByText('Going on').waitFor(SOON);
    await report.locator('li', { hasText: 'Sipho N' }).getByText('has no way to be reached').waitFor(SOON);
    await item.getByRole('button', { name: /^Acknowledge/ }).click();
    await report.locator('li', { hasText: 'Anna D' }).getByText('answered').waitFor(SOON);
    expect(errors).toEqual([]);
  });
});
