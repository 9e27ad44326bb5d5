import type { Browser } from 'playwright-core';
import { connectFeed, describeInBrowser, feedIs, launchChromium, openPage, pressPanic } from '../browser/chromium.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

describeInBrowser('a page while Postgres is away', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let way: TcpProxy;
  let node: TestNode;
  let browser: Browser;
  beforeAll(async () => {
    [redis, database, browser] = await Promise.all([startTestRedis(), createTestDatabase(), launchChromium()]);
    const url = new URL(database.url);
    way = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(way.port);
    node = await startTestNode({ env: { ...redis.env, DATABASE_URL: url.href } });
  });
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
    await way?.close();
    await redis?.stop();
    await database?.drop();
  });

  async function openAlerts(): Promise<number> {
    const headers = { authorization: `Bearer ${TEST_OPERATOR_KEY}` };
    const list = await fetch(`${node.url}/api/v1/emergency/alerts?status=open`, { headers });
    return ((await list.json()) as { items: unknown[] }).items.length;
  }

  it('is heard: responders see the alert, marked, and can answer it when it is in the record', async () => {
    const [responder, reporter] = [await openPage(browser, node.url), await openPage(browser, node.url)];
    await connectFeed(responder.page, TEST_OPERATOR_KEY);
    await way.cut();
    const reference = await pressPanic(reporter.page);
    expect(reference).toMatch(/^NB-P/);
    const item = responder.page.locator('.alert', { hasText: reference });
    await item.locator('.badge', { hasText: 'Not in the record yet' }).waitFor();
    const acknowledge = item.getByRole('button', { name: 'Acknowledge' });
    expect(await acknowledge.isVisible()).toBe(false);
    await way.mend();
    await acknowledge.click();
    await reporter.page.locator('#panic-status', { hasText: 'A responder has seen your alert' }).waitFor();
    expect(await responder.page.locator('.alert').count()).toBe(1);
    expect(await item.locator('.badge', { hasText: 'Not in the record yet' }).count()).toBe(0);
    await Promise.all([responder.context.close(), reporter.context.close()]);
  });

  it('says that the record is away and nobody is called, to who was there and who comes, and orders all after it', async () => {
    await fetch(`${node.url}/api/v1/emergency/alerts`, { method: 'POST' });
    const [there, comes, reporter] = [
      await openPage(browser, node.url),
      await openPage(browser, node.url),
      await openPage(browser, node.url),
    ];
    await connectFeed(there.page, TEST_OPERATOR_KEY);
    await way.cut();
    const reference = await pressPanic(reporter.page);
    const status = reporter.page.locator('#panic-status');
    expect(await status.textContent()).toMatch(/^Your alert is stored.*not called yet/);

    await reporter.page.getByText('Cancel this alert').click();
    const pin = reporter.page.locator('#pin');
    await pin.fill('4711');
    await reporter.page.getByRole('button', { name: 'Cancel the alert' }).click();
    await reporter.page.locator('#cancel-problem', { hasText: 'cannot be cancelled yet' }).waitFor();
    expect(await pin.inputValue()).toBe('4711');

    await feedIs(there.page, 'Live, without the record');
    // It cannot read the record; or the server still had a snapshot, and then it is live without the record.
    await connectFeed(comes.page, TEST_OPERATOR_KEY, 'the record');
    for (const { page } of [there, comes]) {
      await page.locator('#record-away', { hasText: 'nobody is called now' }).waitFor();
      await page.locator('.alert', { hasText: reference }).waitFor();
    }
    await way.mend();
    for (const { page } of [there, comes]) {
      await page.locator('#record-away').waitFor({ state: 'hidden' });
      await page.locator('#connection').getByText('Live', { exact: true }).waitFor();
      const times = await page
        .locator('.alert .facts > time:first-of-type')
        .evaluateAll((nodes) => nodes.map((node) => Date.parse(node.getAttribute('datetime') ?? '')));
      expect(times.length).toBeGreaterThan(1);
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }
    await status.filter({ hasText: 'Help is being called' }).waitFor();
    await Promise.all([there, comes, reporter].map(({ context }) => context.close()));
  });

  it('keeps a press while Redis takes none either, over a reload, and delivers it once', async () => {
    const { page, context } = await openPage(browser, node.url);
    const before = await openAlerts();
    await redis.admin().config('SET', 'appendonly', 'no');
    await way.cut();
    await page.locator('#panic .panic').click();
    const status = page.locator('#panic-status');
    await status.filter({ hasText: 'Not sent yet' }).waitFor();
    await page.reload();
    await status.filter({ hasText: 'Not sent yet' }).waitFor();
    await way.mend();
    await status.filter({ hasText: 'Reference' }).waitFor();
    expect(await openAlerts()).toBe(before + 1);
    await context.close();
  });
});
