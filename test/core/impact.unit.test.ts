import { describe, expect, test } from 'vitest';
import { answerImpact } from '../../src/core/impact/answer-impact.ts';
import type { CapabilityId } from '../../src/model/ids.ts';
import type { ImpactView } from '../../src/model/view.ts';
import { makeConfiguration } from './support/make-configuration.ts';
import type { ServiceSpec } from './support/make-configuration.ts';

function impact(
  services: Record<string, ServiceSpec>,
  capabilities: readonly string[],
  more: { mode?: 'wrong' | 'unreachable'; afterMs?: number } = {},
): ImpactView {
  const answer = answerImpact(
    { configuration: makeConfiguration(services), states: new Map(), now: 1_000_000_000 },
    { capabilities: capabilities as CapabilityId[], ...more },
  );
  if ('kind' in answer) throw new Error(answer.message);
  return answer;
}

const states = (view: ImpactView): Record<string, string> =>
  Object.fromEntries([
    ...view.down.map((i) => [i.capability, 'down']),
    ...view.degraded.map((i) => [i.capability, 'degraded']),
    ...view.atRisk.map((i) => [i.capability, `at risk ${i.until}`]),
  ] as [string, string][]);

describe('what a need passes on', () => {
  const store = { store: {} };
  test.each<[string, Record<string, ServiceSpec>, object, Record<string, string>]>([
    ['hard: down', { ...store, a: { needs: ['store'] } }, {}, { 'a.up': 'down' }],
    ['soft: degraded', { ...store, a: { needs: [{ soft: 'store' }] } }, {}, { 'a.up': 'degraded' }],
    [
      'cached and covered: at risk until the ttl ends',
      { ...store, a: { needs: [{ cached: 'store', ttl: 600_000 }] } },
      {},
      { 'a.up': 'at risk +10m' },
    ],
    [
      'cached and expired: cold',
      { ...store, a: { needs: [{ cached: 'store', ttl: 600_000 }] } },
      { afterMs: 600_000 },
      { 'a.up': 'down' },
    ],
    [
      'cached and not covered: cold at once',
      { ...store, a: { needs: [{ cached: 'store', ttl: 600_000, cold: 'degraded' }] } },
      { mode: 'wrong' },
      { 'a.up': 'degraded' },
    ],
    [
      'redundant: at risk while enough stand',
      { ...store, other: {}, a: { needs: [{ any: ['store', 'other'], min: 1 }] } },
      {},
      { 'a.up': 'at risk ' },
    ],
    [
      'redundant: down when too few stand',
      { ...store, other: {}, a: { needs: [{ any: ['store', 'other'], min: 2 }] } },
      {},
      { 'a.up': 'down' },
    ],
    [
      'at risk is passed on by hard needs only',
      {
        ...store,
        a: { needs: [{ cached: 'store', ttl: 60_000 }] },
        b: { needs: ['a'] },
        c: { needs: [{ soft: 'a' }] },
      },
      {},
      { 'a.up': 'at risk +1m', 'b.up': 'at risk +1m' },
    ],
    [
      'degraded is kept by a cache',
      { ...store, a: { needs: [{ soft: 'store' }] }, b: { needs: [{ cached: 'a', ttl: 60_000 }] } },
      {},
      { 'a.up': 'degraded', 'b.up': 'at risk ' },
    ],
    [
      'a circle ends',
      { ...store, a: { needs: ['store', 'b'] }, b: { needs: ['a'] } },
      {},
      { 'a.up': 'down', 'b.up': 'down' },
    ],
  ])('%s', (_rule, services, more, expected) => {
    expect(states(impact(services, ['store.up'], more))).toEqual(expected);
  });

  test('what has no path to the failure is named as unaffected', () => {
    expect(impact({ store: {}, a: { needs: ['store'] }, apart: {} }, ['store.up']).unaffected).toEqual(['apart.up']);
  });

  test('more edges never make the impact smaller', () => {
    const fewer = impact({ store: {}, a: { needs: ['store'] }, b: {}, c: {} }, ['store.up']);
    const more = impact({ store: {}, a: { needs: ['store'] }, b: { needs: ['a'] }, c: { needs: [{ soft: 'b' }] } }, [
      'store.up',
    ]);
    for (const id of Object.keys(states(fewer))) expect(states(more)[id]).toBe(states(fewer)[id]);
    expect(Object.keys(states(more))).toHaveLength(3);
  });
});

describe('who is told, and what helps', () => {
  test('a way out that rests on what failed is blocked, with the path', () => {
    const view = impact(
      {
        store: {
          recovery: [
            { name: 'redeploy', needs: ['ci'] },
            { name: 'by hand', needs: ['edge'], breakGlass: true },
          ],
        },
        login: { needs: ['store'] },
        ci: { needs: ['login'] },
        edge: {},
      },
      ['store.up'],
    );
    expect(view.recovery).toMatchObject([
      { name: 'redeploy', state: 'blocked', blockedBy: ['ci.up', 'login.up', 'store.up'] },
      { name: 'by hand', state: 'unproven', breakGlass: true },
    ]);
  });

  test('the most urgent one that goes down sets the pace', () => {
    const view = answerImpact(
      {
        configuration: makeConfiguration(
          { store: { tier: 2 }, front: { tier: 0, needs: ['store'] } },
          { overrides: { pageAfterMs: [30_000, 60_000, 300_000, 300_000] } },
        ),
        states: new Map(),
        now: 0,
      },
      { capabilities: ['store.up' as CapabilityId] },
    );
    expect(view).toMatchObject({ notify: [{ channel: 'hook', event: 'page', after: '30s' }] });
  });

  test('an unknown capability is said, not guessed', () => {
    expect(
      answerImpact(
        { configuration: makeConfiguration({ a: {} }), states: new Map(), now: 0 },
        { capabilities: ['b.up' as CapabilityId] },
      ),
    ).toEqual({
      kind: 'not-found',
      message: 'no capability b.up in this configuration',
    });
  });
});
