import type { Browser } from 'playwright-core';
import { describeInBrowser, feedIs, launchChromium, openPage, PHONE, pressPanic } from './chromium.js';
import { askApi, signIn } from './organisations.js';
import { startApp, type RunningApp } from './running-app.js';

jest.setTimeout(60_000);

const ACCOUNT = { name: 'Naledi <b>P</b>', login: 'naledi@naboom.example', password: 'a long word of Naledi' };

describeInBrowser('an account on the page', () => {
  let app: RunningApp;
  let browser: Browser;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  it('is made, stays signed in over a reload, and is left', async () => {
    const { page, context } = await openPage(browser, app.url);
    await page.getByText('Make an account').click();
    await page.locator('#new-name').fill(ACCOUNT.name);
    await page.locator('#new-login').fill(ACCOUNT.login);
    await page.locator('#new-password').fill(ACCOUNT.password);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByText(`Signed in as ${ACCOUNT.name}.`).waitFor();
    await feedIs(page, 'Live');
    expect(await page.locator('#login').isVisible()).toBe(false);

    await page.reload();
    await page.getByText(`Signed in as ${ACCOUNT.name}.`).waitFor();
    const kept = await page.evaluate<string>('JSON.stringify(localStorage) + JSON.stringify(sessionStorage)');
    expect(kept).toBe('{"naboom.signedIn":"true"}{}');
    expect(await page.evaluate('document.cookie')).toBe('');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('#login').waitFor();
    await feedIs(page, 'Not connected');
    expect(await context.cookies()).toEqual([]);
    await page.reload();
    await page.locator('#login').waitFor();
    await context.close();
  });

  it('says that login or password is wrong, and after many tries how long to wait', async () => {
    const { page, context } = await openPage(browser, app.url, PHONE);
    const wrong = { name: '', login: 'nobody@naboom.example', password: 'not the password' };
    const problem = page.locator('#sign-in [role=alert]');
    const tryOnce = async () => {
      await page.locator('#login').fill(wrong.login);
      await page.locator('#password').fill(wrong.password);
      const answered = page.waitForResponse(/\/auth\/login$/);
      await page.getByRole('button', { name: 'Sign in' }).click();
      return (await answered).status();
    };
    expect(await tryOnce()).toBe(401);
    await problem.getByText('Login or password is wrong.').waitFor();
    for (let tries = 1; (await tryOnce()) !== 429; tries += 1) expect(tries).toBeLessThan(30);
    await problem.getByText(/Too many tries\. Wait \d+ (second|minute)s?, then try again\./).waitFor();
    await pressPanic(page); // which nothing of this holds up
    await context.close();
  });

  it('is told that the session has ended elsewhere', async () => {
    const account = { ...ACCOUNT, name: 'Pieter', login: 'pieter@naboom.example' };
    await askApi(app, 'POST', '/auth/register', account);
    const { page, context } = await openPage(browser, app.url);
    await signIn(page, account);
    const [user] = (await askApi(app, 'GET', '/users?query=pieter')).items;
    await askApi(app, 'POST', `/users/${user.id}/disable`);
    const note = page.locator('#feed-note', { hasText: 'You are not signed in any more. Sign in again.' });
    await note.waitFor({ timeout: 5000 });
    expect(await page.locator('#login').isVisible()).toBe(true);
    await context.close();
  });

  it('is asked whether it joins an organisation, once by each', async () => {
    const account = { ...ACCOUNT, name: 'Lerato', login: 'lerato@naboom.example' };
    await askApi(app, 'POST', '/auth/register', account);
    const watches = [];
    for (const name of ['North <i>Watch</i>', 'South Watch']) {
      watches.push(`/organisations/${(await askApi(app, 'POST', '/organisations', { name })).id}/members`);
    }
    const chief = { ...ACCOUNT, name: 'Chief', login: 'chief@naboom.example' };
    await askApi(app, 'POST', '/auth/register', chief);
    const { token } = await askApi(app, 'POST', '/auth/login', { login: chief.login, password: chief.password });
    const asChief = { url: app.url, operatorKey: token };
    for (const members of watches) {
      await askApi(app, 'POST', members, { login: chief.login, role: 'dispatcher' });
      await askApi(asChief, 'POST', members, { login: account.login, role: 'responder' });
    }
    const { page, context } = await openPage(browser, app.url);
    await signIn(page, account);
    const asks = page.locator('#invitations li');
    await asks.filter({ hasText: 'South Watch' }).getByRole('button', { name: 'Decline' }).click();
    await asks.filter({ hasText: 'South Watch' }).waitFor({ state: 'detached' });
    await page.getByText('North <i>Watch</i> (Chief) asks you to be a responder.').waitFor();
    await asks.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('Signed in as Lerato, responder of North <i>Watch</i>.').waitFor();
    expect(await page.locator('#invitations').isVisible()).toBe(false);
    await feedIs(page, 'Live');
    await context.close();
  });

  it('follows what it has raised itself', async () => {
    const account = { ...ACCOUNT, name: 'Zanele', login: 'zanele@naboom.example' };
    await askApi(app, 'POST', '/auth/register', account);
    const { page, context } = await openPage(browser, app.url);
    await signIn(page, account);
    const reference = await pressPanic(page);
    const item = page.locator('.alert', { hasText: reference });
    await item.waitFor({ timeout: 1000 });
    expect(await item.getByRole('button').count()).toBe(0);
    await context.close();
  });
});
