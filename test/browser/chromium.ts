import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

const candidates = [process.env.CHROMIUM_BIN, process.env.CHROMIUM_PATH, '/usr/bin/chromium'];
const executablePath = candidates.find((path) => path !== undefined && existsSync(path));

/** describe, or describe.skip with a message where there is no Chromium. */
export const describeInBrowser = executablePath === undefined ? skipped() : describe;

function skipped(): jest.Describe {
  console.warn('No Chromium: set CHROMIUM_BIN, or install it at /usr/bin/chromium; the browser tests are skipped');
  return describe.skip as jest.Describe;
}

export function launchChromium(): Promise<Browser> {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  const args = [...quiet, '--disable-sync', '--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args });
}

export const PHONE = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true } as const;
export const DESKTOP = { viewport: { width: 1280, height: 800 } } as const;

/** A page that notes what must not happen: errors on the console, requests to other hosts. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly errors: string[];
  readonly foreign: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'en-ZA', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(url).host) foreign.push(request.url());
  });
  await page.goto(`${url}/`);
  return { page, context, errors, foreign };
}

/** Connects with the operator key and waits until the feed is live, or says something else. */
export async function connectFeed(page: Page, operatorKey: string, words = 'Live'): Promise<void> {
  await page.getByText('Use the operator key').click();
  await page.getByLabel('Operator key').fill(operatorKey);
  await page.getByRole('button', { name: 'Connect' }).click();
  await feedIs(page, words);
}

/** Waits for the words of the connection state. */
export async function feedIs(page: Page, words: string): Promise<void> {
  await page.locator('#connection', { hasText: words }).waitFor();
}

/** Presses panic and gives the reference that the reporter is shown. */
export async function pressPanic(page: Page): Promise<string> {
  await page.locator('#panic .panic').click();
  const text = await page.locator('#panic-status', { hasText: 'Reference' }).textContent();
  return /NB-[0-9A-Z]+/.exec(text ?? '')![0];
}
