import { describe, expect, test } from 'vitest';
import { readExpectations } from '../../../src/config/expectations.ts';
import { holdAgainst } from '../../../src/core/replay/expectation.ts';
import type { Verdict } from '../../../src/core/replay/expectation.ts';
import type { DecidedPage } from '../../../src/core/replay/pages.ts';
import type { ChannelId, IncidentId } from '../../../src/model/ids.ts';

const T0 = Date.UTC(2026, 0, 5, 9);

function page(incident: string, at: number, afterMs = 20_000): DecidedPage {
  const id = incident.slice(0, incident.lastIndexOf('-'));
  return {
    at: T0 + at,
    n: at,
    incident: incident as IncidentId,
    sequence: 1,
    event: 'page',
    root: { kind: 'service', id },
    class: 'http.5xx',
    owner: 'team',
    title: `${id} is down`,
    startedAt: T0 + at - afterMs,
    reason: '3 failures',
    channels: ['hook' as ChannelId],
  };
}

const PAGES = [page('rekor-3', 1000), page('kv-1', 86_400_000), page('kv-2', 90_000_000, 70_000)];

function held(sentence: string, ways: readonly (readonly DecidedPage[])[] = [PAGES]): Verdict | undefined {
  const read = readExpectations('expectations.yaml', `expect:\n  - ${sentence}\n`);
  if (!read.ok) throw new Error(read.diagnostics.map((d) => d.message).join());
  const incidents = new Set(['rekor-3', 'kv-1', 'kv-2', 'dns-1']);
  return holdAgainst(read.expectations, { was: PAGES, ways, incidents, to: T0 + 100_000_000 })[0];
}

describe('an expectation', () => {
  test.each([
    ['incident rekor-3 pages within 60s', 'holds'],
    ['incident rekor-3 pages within 60 s', 'holds'],
    ['incident rekor-3 pages within 10s', 'fails'],
    ['incident dns-1 does not page', 'holds'],
    ['incident dns-1 pages', 'fails'],
    ['incident rekor-9 does not page', 'fails'],
    ['kv pages', 'holds'],
    ['kv pages within 30s', 'fails'],
    ['kv does not page', 'fails'],
    ['at most 3 pages', 'holds'],
    ['at most 2 pages', 'fails'],
    ['at least 4 pages', 'fails'],
    ['exactly 3 pages', 'holds'],
    ['this week: at most 2 pages', 'fails'],
    ['today: exactly 2 pages', 'holds'],
    ['last 3h: exactly 1 page', 'holds'],
    ['2026-01-05T00:00:00Z to 2026-01-06T00:00:00Z: rekor pages', 'holds'],
    ['2026-01-05T00:00:00Z to 2026-01-06T00:00:00Z: kv pages', 'fails'],
  ])('%s: %s', (sentence, verdict) => {
    expect(held(sentence)?.verdict).toBe(verdict);
  });

  test('that fails says what was found instead, and where it stands', () => {
    const verdict = held('kv pages within 30s');
    expect(verdict?.got).toBe('kv-2 paged 70 s after its onset');
    expect(verdict?.expectation.place).toMatchObject({ file: 'expectations.yaml', line: 2, column: 5 });
  });

  test('of an incident that the log does not know says so', () => {
    expect(held('incident rekor-9 pages')?.got).toBe('the log knows no incident rekor-9');
  });

  test('that holds in one way in which the history may have gone, and not in the other, is uncertain', () => {
    expect(held('at most 2 pages', [PAGES.slice(1), PAGES])).toMatchObject({ verdict: 'uncertain' });
  });

  test('finds an incident under other rules again by what it was then', () => {
    const renamed = [{ ...page('rekor-1', 31_000, 50_000) }];
    expect(held('incident rekor-3 pages within 60s', [renamed])?.verdict).toBe('holds');
  });
});

describe('a file of expectations', () => {
  test.each([
    ['expect:\n  - kv pages sometimes\n', 'expect/sentence', 2, 5],
    ['expect:\n  - next week: at most 2 pages\n', 'expect/window', 2, 5],
    ['expects:\n  - kv pages\n', 'expect/unknown-key', 1, 1],
    ['expect: kv pages\n', 'expect/shape', 1, 9],
    ['', 'expect/empty', 1, 1],
    ['expect: [\n', 'syntax/yaml', 2, 1],
  ])('%j is refused with %s at its place', (text, code, line, column) => {
    const read = readExpectations('e.yaml', text);
    expect(read.ok ? [] : read.diagnostics).toMatchObject([{ code, place: { file: 'e.yaml', line, column } }]);
  });

  test('takes several sentences under one window', () => {
    const read = readExpectations('e.yaml', 'expect:\n  - last 1h:\n      - at most 2 pages\n      - kv pages\n');
    expect(read.ok && read.expectations.map(({ window }) => window)).toEqual([
      { kind: 'last', ms: 3_600_000 },
      { kind: 'last', ms: 3_600_000 },
    ]);
  });
});
