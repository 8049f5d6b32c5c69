import { expect, test } from 'vitest';
import { openHistory } from '../../../src/app/replay/history.ts';
import { reportIncident } from '../../../src/app/report/report-incident.ts';
import type { Entry } from '../../../src/model/entry.ts';
import type { IncidentId } from '../../../src/model/ids.ts';
import type { IncidentReport } from '../../../src/core/report/incident-report.ts';
import { START } from '../../core/support/simulation.ts';
import { temporaryFolder } from '../../log/temporary-folder.ts';
import { BROKEN, brokenRekor } from '../support/broken-rekor.ts';
import { recordHistory } from '../support/record-history.ts';

const iso = (at: number): string => new Date(START + at).toISOString();

async function report(
  format: 'md' | 'html' | 'json',
  change = (entries: readonly Entry[]) => entries,
): Promise<string> {
  await using folder = await temporaryFolder();
  const simulation = brokenRekor(30_000);
  simulation
    .at(35_000, { kind: 'command', command: { kind: 'acknowledge', incident: 'rekor-1' as IncidentId, by: 'ada' } })
    .run(120_000);
  await recordHistory(folder.path, change(simulation.entries), { snapshotEvery: 40 });
  await using history = await openHistory(folder.path);
  return await reportIncident(history, 'rekor-1', format);
}

test('a report says what happened, who was hit for how long, and when it was seen, told, acknowledged and mended', async () => {
  const told = JSON.parse(await report('json')) as IncidentReport;
  expect(told).toMatchObject({
    id: 'rekor-1',
    state: 'resolved',
    root: { id: 'rekor', probe: 'rekor/http', class: 'identity.key_mismatch', verified: true },
    times: { acknowledgedAt: iso(35_000), acknowledgedBy: 'ada' },
    unaffected: [],
  });
  expect(told.tookMs.toDetect).toBeLessThan(5000);
  expect(told.tookMs.toPage).toBeGreaterThanOrEqual(told.tookMs.toDetect);
  expect(told.tookMs.toRecover).toBeGreaterThan(BROKEN.until - BROKEN.from - 3000);
  const hit = Object.fromEntries(told.impact.map(({ capability, downMs, isRoot }) => [capability, { downMs, isRoot }]));
  expect(Object.keys(hit)).toEqual(['rekor.up', 'deploy.up', 'sign.up']);
  expect(hit['rekor.up']).toMatchObject({ isRoot: true });
  for (const { downMs } of Object.values(hit)) {
    expect(downMs).toBeGreaterThan(30_000);
    expect(downMs).toBeLessThan(50_000);
  }
  expect(told.recovery).toMatchObject([{ name: 'redeploy', state: 'blocked' }]);
  expect(told.suppressed.map(({ probe }) => probe).sort()).toEqual(['deploy/http', 'sign/http']);
  expect(told.openQuestions).toContain('Every declared way out was blocked: what would have worked?');
  expect(told.tighter.map(({ words }) => words)).toEqual(['pageAfter: 0s', 'one failure less to confirm']);
});

test('what nobody announced is said so, with the time to the first failure', async () => {
  const text = await report('md');
  expect(text).toMatch(
    /nobody announced this: rekor\/http's addresses changed from 10\.2\.3\.4 to 10\.9\.9\.9 .*the first failure/,
  );
  expect(text).toContain('Who made the change that nobody announced');
});

test('the same section titles stand in Markdown and HTML, and HTML loads and runs nothing', async () => {
  const markdown = await report('md');
  const html = await report('html');
  const titles = [...markdown.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(titles.length).toBeGreaterThan(7);
  expect([...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title)).toEqual(titles);
  expect(html).not.toMatch(/<script|<img|<link|src=|href=|@import|url\(/);
  expect(html.match(/<svg/g)).toHaveLength(2);
});

test('hostile text of a target stays text in every format', async () => {
  const hostile = '</td><script>alert(1)</script>|\n# not a heading [x](javascript:1) `code` http://evil.example';
  const poison = (entries: readonly Entry[]): readonly Entry[] =>
    entries.map((entry) =>
      entry.kind === 'observation' && entry.outcome === 'fail' ? { ...entry, message: hostile } : entry,
    );
  const html = await report('html', poison);
  expect(html).not.toContain('<script');
  expect(html).toContain('&lt;/td&gt;&lt;script&gt;alert(1)');
  const markdown = await report('md', poison);
  expect(markdown).not.toMatch(/^# not a heading/m);
  expect(markdown).not.toContain('<script');
  expect(markdown).not.toMatch(/[^\\]\[x\]/);
  expect(markdown).not.toMatch(/http:\/\/evil/);
});

test('an incident that the log does not know is refused', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekor().entries);
  await using history = await openHistory(folder.path);
  await expect(reportIncident(history, 'kv-1', 'md')).rejects.toMatchObject({ code: 'no-incident' });
});
