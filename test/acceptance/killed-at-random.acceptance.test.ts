import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openHistory } from '../../src/app/replay/history.ts';
import { replay } from '../../src/app/replay/replay.ts';
import { engine } from '../../src/core/tocsin-engine.ts';
import type { Entry } from '../../src/model/entry.ts';
import { startTocsin } from '../servers/daemon.ts';
import type { RunningDaemon } from '../servers/daemon.ts';
import { startHttpReceiver } from '../servers/http-receiver.ts';
import type { HttpReceiver, Reaction } from '../servers/http-receiver.ts';
import { entriesOf } from './support/log-entries.ts';

const GOOD: Reaction = { kind: 'answer', status: 200, body: '{"ok":true}' };
const BROKEN: Reaction = { kind: 'answer', status: 503, body: 'broken' };
const ROUNDS = 6;

const configuration = (targets: Readonly<Record<string, HttpReceiver>>): string => `
server: { owner: sre }
defaults:
  every: 400ms
  timeout: 300ms
  confirm: { failures: 2, every: 100ms }
  pageAfter: 0s
  hold: { min: 100ms, max: 500ms, after: 1s }
channels: { hook: { kind: webhook, url: HOOK_URL } }
services:
${Object.entries(targets)
  .map(
    ([name, target]) =>
      `  ${name}: { tier: 0, probes: { get: { kind: http, url: '${target.url}/', expect: { contains: ok } } } }`,
  )
  .join('\n')}
`;

describe('a daemon that is killed at random moments', () => {
  test('loses no committed entry, loses and invents no page, and follows every page with its resolve', async () => {
    // Each is broken twice only: a root that opened three times in half an hour flaps, and stays open for ten minutes.
    await using a = await startHttpReceiver(GOOD);
    await using b = await startHttpReceiver(GOOD);
    await using c = await startHttpReceiver(GOOD);
    const targets = { a, b, c };
    await using tocsin = await startTocsin(configuration(targets));
    await tocsin.ready();
    const random = seeded(20_261_121);
    let known: readonly Entry[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const name = (['a', 'b', 'c'] as const)[round % 3] ?? 'a';
      const target = targets[name];
      target.react = BROKEN;
      await afterRuns(target, Math.floor(random() * 6));
      await tocsin.restart();
      known = await checked(tocsin, known);
      await tocsin.ready();
      const page = await tocsin.message(
        (m) => m.event === 'page' && m.incident?.root.id === name && isOpen(tocsin, m.incident.id),
      );
      target.react = GOOD;
      await afterRuns(target, Math.floor(random() * 4));
      await tocsin.restart();
      known = await checked(tocsin, known);
      await tocsin.message((m) => m.event === 'resolve' && m.incident?.id === page.incident?.id);
    }
    await tocsin.kill('SIGTERM');

    const told = tocsin.messages();
    const pages = told.filter((m) => m.event === 'page').map((m) => m.incident?.id);
    const resolves = told.filter((m) => m.event === 'resolve').map((m) => m.incident?.id);
    expect(pages.length).toBeGreaterThanOrEqual(ROUNDS);
    expect(new Set(pages).size, 'no incident is paged twice').toBe(pages.length);
    expect(new Set(resolves), 'every page has its resolve, and nothing else has').toEqual(new Set(pages));
    expect(resolves).toHaveLength(pages.length);
    const entries = await entriesOf(tocsin.folder);
    const decided = replayedPages(entries);
    expect(new Set(decided), 'what was sent is what the log decides').toEqual(new Set(pages));
    expect(decided).toHaveLength(pages.length);
    await using history = await openHistory(join(tocsin.folder, 'data'));
    const again = await replay(history);
    expect(again.difference, 'every decision of every life comes out as it was').toBeUndefined();
    expect(again.same).toBe(true);
    expect(outboxRows(tocsin.folder), 'nothing is left to say').toBe(0);
  });
});

/** Whether an incident was told and not yet ended, as its receiver knows it. */
function isOpen(tocsin: RunningDaemon, id: string): boolean {
  return !tocsin.messages().some((m) => m.event === 'resolve' && m.incident?.id === id);
}

/** Until the target was asked so often again; probing itself is what is waited for. */
async function afterRuns(target: HttpReceiver, runs: number): Promise<void> {
  for (let i = 0; i < runs; i++) await target.nextRequest();
}

/** All entries on disk; those known from before are still there, byte for byte, and numbers have no gap. */
async function checked(tocsin: RunningDaemon, known: readonly Entry[]): Promise<readonly Entry[]> {
  const entries = await entriesOf(tocsin.folder);
  expect(JSON.stringify(entries.slice(0, known.length))).toBe(JSON.stringify(known));
  expect(entries.map((entry) => entry.n)).toEqual(entries.map((_, i) => i + 1));
  return entries;
}

/** The incidents that the log, decided again from its first entry, pages about. */
function replayedPages(entries: readonly Entry[]): string[] {
  let state = engine.initial();
  const pages: string[] = [];
  for (const entry of entries) {
    const turn = engine.reduce(state, entry);
    state = turn.state;
    for (const effect of turn.effects)
      if (effect.kind === 'notify' && effect.notification.event === 'page') pages.push(effect.incident);
  }
  return pages;
}

function outboxRows(folder: string): number {
  using database = new DatabaseSync(join(folder, 'data', 'log.db'), { readOnly: true });
  return Number(database.prepare('SELECT count(*) AS n FROM outbox').get()?.['n']);
}

function seeded(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s * 1_103_515_245 + 12_345) % 2_147_483_648;
    return s / 2_147_483_648;
  };
}
