import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, DESKTOP, launchChromium, openPage } from './chromium.js';
import { addPerson, askApi, signIn, squareAround, type Account } from './organisations.js';
import { startApp, type RunningApp } from './running-app.js';

jest.setTimeout(60_000);

const AT_ONCE = { timeout: 1000 };
const FARM = `<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Farm &lt;i&gt;</name>
  <Polygon><outerBoundaryIs><LinearRing><coordinates>28.8,-24.6 28.9,-24.6 28.9,-24.5 28.8,-24.5 28.8,-24.6</coordinates>
  </LinearRing></outerBoundaryIs></Polygon></Placemark>
  <Placemark><name>Gate</name><Point><coordinates>28.7,-24.5</coordinates></Point></Placemark></Document></kml>`;

describeInBrowser('a dispatcher on the page', () => {
  let app: RunningApp;
  let browser: Browser;
  let areaId: string;
  let anna: Account;
  let sipho: Account;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startApp(), launchChromium()]);
    const watch = await askApi(app, 'POST', '/organisations', { name: 'Naboom Watch', catchAll: true });
    const town = { name: 'Town', geometry: squareAround(-24.52, 28.71) };
    areaId = (await askApi(app, 'POST', `/organisations/${watch.id}/areas`, town)).id;
    anna = await addPerson(app, watch.id, 'dispatcher', 'Anna D');
    sipho = await addPerson(app, watch.id, 'responder', 'Sipho N');
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  async function open(account: Account): Promise<Page> {
    const { page } = await openPage(browser, app.url, DESKTOP);
    await signIn(page, account);
    return page;
  }

  /** Presses; from a foreign web page it counts as not verified. */
  async function raise(body: object, origin?: string): Promise<string> {
    const response = await fetch(`${app.url}/api/v1/emergency/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(origin ? { origin } : {}) },
      body: JSON.stringify(body),
    });
    return ((await response.json()) as { reference: string }).reference;
  }

  it('is shown what is not verified, and responders are not called out for it', async () => {
    const [dispatcher, responder] = await Promise.all([open(anna), open(sipho)]);
    const doubtful = await raise({ location: { lat: -24.52, lng: 28.71 } }, 'https://elsewhere.example');
    const item = dispatcher.locator('.alert', { hasText: doubtful });
    await item.locator('.badge', { hasText: 'Not verified' }).waitFor(AT_ONCE);
    const sure = await raise({ location: { lat: -24.52, lng: 28.71 } });
    await responder.locator('.alert', { hasText: sure }).waitFor(AT_ONCE);
    expect(await responder.locator('.alert', { hasText: doubtful }).count()).toBe(0);
    await Promise.all([dispatcher, responder].map((page) => page.context().close()));
  });

  it('closes an alert as the same as another one, and opens it again', async () => {
    const page = await open(anna);
    const [first, second] = [await raise({ kind: 'fire' }), await raise({ kind: 'fire' })];
    const item = page.locator('.alert', { hasText: `${second}: fire` });
    await item.getByText('Close').click();
    await item.getByLabel('How did it end?').selectOption('duplicate');
    await item.getByLabel('Which one?').selectOption(first);
    await item.getByRole('button', { name: 'Resolve' }).click();
    await item.getByText(new RegExp(`Resolved by Anna D .*the same as ${first}`)).waitFor(AT_ONCE);
    await item.getByRole('button', { name: 'Reopen' }).click();
    await item.locator('.pill', { hasText: 'open' }).waitFor(AT_ONCE);
    await item.getByRole('button', { name: 'Acknowledge' }).waitFor(AT_ONCE);
    expect(await item.textContent()).not.toContain('Resolved by');
    await page.context().close();
  });

  it('sees by name whom an alert reached', async () => {
    const [dispatcher, responder] = await Promise.all([open(anna), open(sipho)]);
    const reference = await raise({ location: { lat: -24.52, lng: 28.71 } });
    await responder.locator('.alert', { hasText: reference }).waitFor(AT_ONCE);
    const item = dispatcher.locator('.alert', { hasText: reference });
    await item.getByText('Received by 2, seen by 2').click();
    await item.getByText('Sipho N saw it').waitFor(AT_ONCE);
    expect(await responder.getByText('Anna D saw it').count()).toBe(0);
    await Promise.all([dispatcher, responder].map((page) => page.context().close()));
  });

  it('puts a responder on duty, whose page follows', async () => {
    const page = await open(sipho);
    const reference = await raise({ contact: { name: 'Lerato' }, location: { lat: -24.52, lng: 28.71 } });
    const item = page.locator('.alert', { hasText: reference });
    await item.locator('.badge', { hasText: 'About here' }).waitFor(AT_ONCE);
    const [user] = (await askApi(app, 'GET', '/users?query=sipho')).items;
    await askApi(app, 'PUT', `/areas/${areaId}/duties/${user.id}`);
    await item.getByText('Reported by Lerato').waitFor();
    await page.locator('#duty input:checked').waitFor();
    await item.locator('.badge').waitFor({ state: 'detached' });
    await askApi(app, 'DELETE', `/areas/${areaId}/duties/${user.id}`);
    await item.locator('.badge', { hasText: 'About here' }).waitFor();
    expect(await item.textContent()).not.toContain('Lerato');
    await page.context().close();
  });

  it('imports an area from a file, and is on duty for it', async () => {
    const page = await open(anna);
    const file = join(tmpdir(), `naboom-farm-${process.pid}.kml`);
    writeFileSync(file, FARM);
    await page.getByText('Areas', { exact: true }).click();
    await page.locator('#area-file').setInputFiles(file);
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByText('Imported: Farm <i>. Left out: Gate (is a Point, not a polygon).').waitFor();
    await page.getByText('Naboom Watch: Farm <i>, Town').waitFor();
    await page.getByRole('switch', { name: 'Farm <i>' }).check();
    await page.locator('#duty li', { hasText: 'Farm' }).getByText('1 connected').waitFor();
    writeFileSync(file, '{"type": "nothing"}');
    await page.locator('#area-file').setInputFiles(file);
    await page.getByRole('button', { name: 'Import' }).click();
    await page.locator('#area-problem', { hasText: 'The area cannot be read' }).waitFor();
    expect(await page.locator('#area-done').textContent()).toBe('');
    await page.context().close();
  });
});
