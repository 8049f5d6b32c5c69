import { expect, test } from 'vitest';
import type { Figures } from '../../src/core/stats/figures.ts';
import type { CapabilityId, ProbeId } from '../../src/model/ids.ts';
import { ask } from './support/ask.ts';
import { NOW } from './support/fake-daemon.ts';
import { serve, tokens, WRITE_TOKEN } from './support/with-api.ts';

const FIGURES: Figures = {
  from: NOW - 1000,
  to: NOW,
  pages: 1,
  pagesPerWeek: null,
  labelled: { real: 1, false: 0, 'no-action': 0 },
  falseShare: 0,
  services: [{ service: 'rekor', pages: 1, labelledFalse: 0, toPageMs: 4000, toAcknowledgeMs: null }],
  capabilities: [
    {
      capability: 'rekor.append' as CapabilityId,
      knownMs: 1000,
      downMs: 400,
      degradedMs: 0,
      availability: 0.6,
      objective: 0.999,
      budgetLeft: -399,
    },
  ],
  flappiest: [{ probe: 'rekor/log' as ProbeId, runs: 7, failures: 2, turns: 2 }],
};

test('figures are told over the last thirty days, or the span that was asked for', async () => {
  const asked: unknown[] = [];
  await using served = await serve({
    past: {
      figures: async (span) => {
        asked.push(span);
        return FIGURES;
      },
      replay: async () => ({ kind: 'unavailable', message: 'not asked' }),
    },
  });
  const answered = await ask(`${served.url}/api/v1/stats`);
  expect(answered.status).toBe(200);
  expect(answered.json).toEqual({
    ...FIGURES,
    from: new Date(NOW - 1000).toISOString(),
    to: new Date(NOW).toISOString(),
  });
  await ask(`${served.url}/api/v1/stats?from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z`);
  expect(asked).toEqual([
    { from: NOW - 30 * 86_400_000, to: NOW },
    { from: Date.parse('2026-05-01T00:00:00Z'), to: Date.parse('2026-05-02T00:00:00Z') },
  ]);
});

test('a span that ends before it begins is refused, and what cannot be answered now is 503', async () => {
  await using served = await serve();
  const backwards = await ask(`${served.url}/api/v1/stats?from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z`);
  expect([backwards.status, backwards.json.detail]).toEqual([400, 'from must lie before to']);
  expect((await ask(`${served.url}/api/v1/stats`)).status).toBe(503);
});

test('a replay is an operator’s: others are refused before anything is lived through again', async () => {
  await using served = await serve({ auth: tokens() });
  const post = (token: string) => ask(`${served.url}/api/v1/replay`, { method: 'POST', token, body: {} });
  expect((await post('reporter-token')).status).toBe(403);
  expect((await post('operator-token')).status).toBe(503);
});

test('rules of more files than anybody sends are refused', async () => {
  await using served = await serve();
  const rules = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`${String(n)}.yaml`, '']));
  const answered = await ask(`${served.url}/api/v1/replay`, { method: 'POST', token: WRITE_TOKEN, body: { rules } });
  expect([answered.status, answered.json.detail]).toEqual([400, 'rules: more than 100 files']);
});
