import type { Browser } from 'playwright-core';
import { connectFeed, describeInBrowser, feedIs, launchChromium, openPage } from './chromium.js';
import { startApp, type RunningApp } from './running-app.js';

jest.setTimeout(60_000);

describeInBrowser('the feed', () => {
  let app: RunningApp;
  let browser: Browser;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  async function raise(url: string): Promise<string> {
    const response = await fetch(`${url}/api/v1/emergency/alerts`, { method: 'POST' });
    return ((await response.json()) as { reference: string }).reference;
  }

  /** An alert that is over before the page returns: no snapshot shows it, only what came after the cursor does. */
  async function raiseAndResolve(url: string): Promise<string> {
    const raised = await fetch(`${url}/api/v1/emergency/alerts`, { method: 'POST' });
    const { id, reference } = (await raised.json()) as { id: string; reference: string };
    const headers = { authorization: `Bearer ${app.operatorKey}` };
    const resolved = await fetch(`${url}/api/v1/emergency/alerts/${id}/resolve`, { method: 'POST', headers });
    expect(resolved.status).toBe(200);
    return reference;
  }

  it('goes on after a restart of the server: what was raised meanwhile comes, each once, and the state never lies', async () => {
    const { page, context } = await openPage(browser, app.url);
    const references = [await raise(app.url)];
    await connectFeed(page, app.operatorKey);
    await page.locator('.alert', { hasText: references[0]! }).waitFor();
    await page.evaluate(`
      globalThis.added = [];
      new MutationObserver((changes) => changes.forEach(({ addedNodes }) => added.push(...[...addedNodes].map(({ id }) => id))))
        .observe(document.getElementById('alerts'), { childList: true });
      globalThis.states = [];
      new MutationObserver(() => states.push(document.getElementById('connection').textContent))
        .observe(document.getElementById('connection'), { childList: true, characterData: true, subtree: true });
    `);

    await app.restart(async (elsewhere) => {
      await feedIs(page, 'Offline');
      for (let i = 0; i < 2; i += 1) references.push(await raise(elsewhere));
      references.push(await raiseAndResolve(elsewhere));
    });
    await feedIs(page, 'Live');
    references.push(await raise(app.url));
    await page.locator('.alert', { hasText: references.at(-1)! }).waitFor();

    const shown = await page.locator('.alert h3').allTextContents();
    expect(shown.map((title) => title.split(':')[0])).toEqual([...references].reverse());
    const statuses = await page.locator('.alert .pill').allTextContents();
    expect(statuses).toEqual(['open', 'resolved', 'open', 'open', 'open']);
    const added = await page.evaluate<string[]>('added');
    expect(added).toHaveLength(4);
    expect(new Set(added).size).toBe(4);
    const states = await page.evaluate<string[]>('states');
    expect(states[0]).toBe('Offline, trying again');
    expect(states.at(-1)).toBe('Live');
    expect(states.indexOf('Live')).toBe(states.length - 1);
    await context.close();
  });
});
