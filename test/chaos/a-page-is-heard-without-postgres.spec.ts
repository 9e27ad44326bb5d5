import type { Browser } from 'playwright-core';
import { connectFeed, describeInBrowser, launchChromium, openPage, pressPanic } from '../browser/chromium.js';
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

  it('keeps a press while Redis takes none either, over a reload, and delivers it once', async () => {
    const { page, context } = await openPage(browser, node.url);
    await redis.admin().config('SET', 'appendonly', 'no');
    await way.cut();
    await page.locator('#panic .panic').click();
    const status = page.locator('#panic-status');
    await status.filter({ hasText: 'Not sent yet' }).waitFor();
    await page.reload();
    await status.filter({ hasText: 'Not sent yet' }).waitFor();
    await way.mend();
    await status.filter({ hasText: 'Reference' }).waitFor();
    const headers = { authorization: `Bearer ${TEST_OPERATOR_KEY}` };
    const list = await fetch(`${node.url}/api/v1/emergency/alerts?status=open`, { headers });
    expect(((await list.json()) as { items: unknown[] }).items).toHaveLength(1);
    await context.close();
  });
});
