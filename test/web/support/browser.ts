import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { programPath } from '../../servers/programs.ts';

/** Where screenshots are kept for people to look at after a run; not part of the checkout. */
const SHOTS = path.resolve(import.meta.dirname, '../../../coverage/screenshots');

/** The system's browser, without a window. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = programPath('chromium');
  if (executablePath === undefined) throw new Error('chromium is not installed');
  // Its own sandbox needs privileges that a container does not give; it only ever sees our page.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

/** A page that fails its test when anything is thrown, refused by the policy, or asked of another host. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const { host } = new URL(url);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).host !== host) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

/** Keeps what a person would see now, in both widths and themes. */
export async function keepScreenshots(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: path.join(SHOTS, `${name}-${String(width)}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: null });
}
