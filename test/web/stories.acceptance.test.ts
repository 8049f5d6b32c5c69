import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Locator, Page } from 'playwright-core';
import { missing } from '../servers/programs.ts';
import { seriousFindings } from './support/accessibility.ts';
import { keepScreenshots, openBrowser, openPage } from './support/browser.ts';
import { watchWorld } from './support/watched-world.ts';
import type { WatchedWorld } from './support/watched-world.ts';

const WAIT_MS = 25_000;

describe.skipIf(missing('chromium').length > 0)('somebody opens the page', () => {
  let watched: WatchedWorld;
  let browser: Browser & AsyncDisposable;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    watched = await watchWorld();
    browser = await openBrowser();
    ({ page, complaints } = await openPage(browser, watched.tocsin.url));
    page.setDefaultTimeout(WAIT_MS);
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await watched[Symbol.asyncDispose]();
  });

  const expectSeen = async (what: Locator): Promise<void> => {
    await what.waitFor();
    expect(await what.isVisible()).toBe(true);
  };
  const expectGoodLooks = async (name: string): Promise<void> => {
    await keepScreenshots(page, name);
    expect(await seriousFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width, 'nothing stands out to the right').toBeLessThanOrEqual(1280);
  };

  test('all well is calm: it says so, since when, and how fresh that is', async () => {
    await page.getByRole('status').getByText('All well').waitFor();
    await page.getByText(/No incident since this daemon started/).waitFor();
    await page.getByText(/probes, newest result/).waitFor();
    await expectGoodLooks('now-all-well');
  });

  test('a repointed Rekor stands on top within seconds, with effect, reason, what changed and the way out', async () => {
    await watched.world.switch('repoint-rekor').on();
    const incident = page.locator('.incident', { hasText: /rekor is answering with something else/ });
    await incident.getByRole('button', { name: /Acknowledge/ }).waitFor();
    const text = await incident.innerText();
    expect(text).toMatch(/down\s+cd\.deploy/);
    expect(text).toContain('not affected');
    expect(text).toContain('dis.verify');
    expect(text).toContain('127.0.0.1 → 127.0.0.2');
    expect(text).toContain('nobody announced it');
    expect(text).toMatch(/redeploy.*✕ blocked: needs cd\.deploy → dis\.sign → rekor\.append/);
    expect(await page.title()).toMatch(/^■ 1 · /);
    await expectGoodLooks('now-incident');
  });

  test('the graph rings the root, lights what it takes down and dims the rest', async () => {
    await page.locator('.incident h2 a').first().click();
    await page.getByRole('link', { name: 'Show in the graph' }).click();
    await page.locator('.card.root', { hasText: 'rekor' }).waitFor();
    expect(await page.locator('.card.dim').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining('registry')]),
    );
    expect(await page.locator('.edge.lit').count()).toBeGreaterThanOrEqual(2);
    await expectGoodLooks('graph-incident');
  });

  test('"what if this fails?" paints the predicted effect and names who would be told', async () => {
    await page.goto(`${watched.tocsin.url}/graph`);
    await page.getByRole('button', { name: /^store / }).click();
    await page.getByRole('region', { name: 'What if this fails?' }).getByRole('button', { name: 'read' }).click();
    const answer = page.getByRole('region', { name: 'What if this fails?' });
    await answer.getByRole('link', { name: 'dis.sign' }).waitFor();
    await answer.getByText(/page after/).waitFor();
    expect(page.url()).toContain('fail=store.read');
    await expectGoodLooks('graph-what-if');
  });

  test('acknowledging asks for a token once, and the incident says who works on it', async () => {
    await page.goto(`${watched.tocsin.url}/incidents/rekor-1`);
    await page.getByRole('button', { name: 'Acknowledge rekor-1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Token').fill('wrong');
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Token').fill(watched.token());
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Acknowledge rekor-1' }).click();
    await expectSeen(page.getByText(/acknowledged by data folder/).first());
  });

  test('a note becomes part of the story', async () => {
    const note = '<img src=x onerror=alert(1)> asked platform-security';
    await page.getByPlaceholder('A note for the story').fill(note);
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.locator('.story').getByText(note).waitFor();
    // The browser itself says so of every refused request; those of the sign-in above were meant to be refused.
    (complaints as string[]).splice(0, Infinity, ...complaints.filter((each) => !/status of 40[13]/.test(each)));
    await expectGoodLooks('incident');
  });

  test('mending it is seen without a reload: the incident is over and the page is calm again', async () => {
    await page.goto(watched.tocsin.url);
    await watched.world.switch('repoint-rekor').off();
    await page.getByRole('status').getByText('All well').waitFor();
    await expectSeen(page.locator('.earlier').getByText('rekor is answering with something else'));
  });

  test('a probe shows its runs, its latency and what it knows of its target', async () => {
    await page.goto(`${watched.tocsin.url}/probes/rekor/log`);
    await page.getByRole('img', { name: /Latency over time: \d+ runs, [1-9]\d* failed/ }).waitFor();
    await page.locator('.runs').getByText('protocol.malformed').first().waitFor();
    await page.getByText('logKey').waitFor();
    await expectGoodLooks('probe');
  });

  test('the past can be looked at as it was known then, step by step, as a list and as a graph', async () => {
    await page.goto(`${watched.tocsin.url}/incidents/rekor-1`);
    await page.getByRole('link', { name: 'Replay', exact: true }).last().click();
    await page.getByText('This is the past, as it was known then.').waitFor();
    await expectSeen(page.getByRole('slider', { name: 'Moment' }));
    const first = page.url();
    await page.getByRole('button', { name: 'Event after →' }).click();
    await expect.poll(() => page.url()).not.toBe(first);
    // Stepping on leads to the instant at which somebody was paged; the page is open there.
    for (let steps = 0; steps < 40 && !/page:/.test((await page.locator('.banner').textContent()) ?? ''); steps++)
      await page.getByRole('button', { name: 'Event after →' }).click();
    await expectSeen(page.locator('.incident h2', { hasText: 'rekor is answering with something else' }));
    expect(await page.getByRole('button', { name: /Acknowledge/ }).count()).toBe(0);
    await expectGoodLooks('replay');
    await page.getByRole('button', { name: 'As a graph' }).click();
    await expectSeen(page.locator('.card.root', { hasText: 'rekor' }));
    expect(page.url()).toMatch(/at=.*&/);
  });

  test('a store that answers 401 is one incident of the store, seen by its service too', async () => {
    await watched.world.switch('store-401').on();
    await page.goto(`${watched.tocsin.url}/services/store`);
    await page
      .getByText(/auth\.|identity\./)
      .first()
      .waitFor();
    await page.goto(watched.tocsin.url);
    await page
      .locator('.incident', { hasText: /store/ })
      .getByRole('button', { name: /Acknowledge/ })
      .waitFor();
    expect(await page.locator('.incident.open').count()).toBe(1);
    await expectGoodLooks('now-store-401');
    await watched.world.switch('store-401').off();
    await page.getByRole('status').getByText('All well').waitFor();
  });

  test.each(['/services/dis', '/check', '/changes', '/silences', '/channels', '/stats'])(
    '%s reads well and leads on',
    async (path) => {
      await page.goto(`${watched.tocsin.url}${path}`);
      await page.locator('main h1').waitFor();
      await expectGoodLooks(path.slice(1).replaceAll('/', '-'));
    },
  );

  test('can be walked with the keyboard alone', async () => {
    await page.goto(`${watched.tocsin.url}/graph`);
    await page.locator('.card').first().waitFor();
    await page.locator('.card').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.tagName')).not.toBe('BODY');
  });

  test('a daemon that is gone is said at once, and its return heals the page by itself', async () => {
    await page.goto(watched.tocsin.url);
    await page.getByText('All well').waitFor();
    await watched.tocsin.kill('SIGKILL');
    await page
      .getByRole('alert')
      .getByText(/Asking again/)
      .waitFor();
    await page.locator('.stale').waitFor();
    await watched.tocsin.restart();
    await page.locator('.stale').waitFor({ state: 'detached' });
    await expectSeen(page.getByText('All well'));
    expect(await page.getByText(/Asking again/).count()).toBe(0);
  });
});
