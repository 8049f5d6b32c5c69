import { describe, expect, test } from 'vitest';
import { probesToVerify } from '../../../src/core/verify/probes-to-verify.ts';
import { afterRun, UNTRIED, verdictOf, verdictOfAll } from '../../../src/core/verify/standing.ts';
import type { Outcome } from '../../../src/model/run.ts';
import { makeConfiguration } from '../support/make-configuration.ts';

describe('the verdict on one probe', () => {
  test.each<[rule: string, outcomes: readonly Outcome[], verdict: string | undefined]>([
    ['passes hold', ['pass', 'pass'], 'held'],
    ['a failure that passed again holds', ['fail', 'pass'], 'held'],
    ['as many failures in a row as are confirmed fail', ['pass', 'fail', 'fail'], 'failed'],
    ['fewer are no verdict yet', ['pass', 'fail'], undefined],
    ['failures with a pass between them are not in a row', ['fail', 'pass', 'fail'], undefined],
    ['one that could not tell in the end proves nothing', ['pass', 'unknown'], 'unknown'],
    ['one that never ran proves nothing', [], 'unknown'],
  ])('%s', (_rule, outcomes, verdict) => {
    expect(verdictOf(outcomes.reduce(afterRun, UNTRIED), 2)).toBe(verdict);
  });

  test('one that failed outweighs all that hold; nothing at all is not held', () => {
    expect(verdictOfAll(['held', 'unknown', 'failed'])).toBe('failed');
    expect(verdictOfAll(['held', 'unknown'])).toBe('unknown');
    expect(verdictOfAll(['held', 'held'])).toBe('held');
    expect(verdictOfAll([])).toBe('unknown');
  });
});

describe('what is run to verify a service', () => {
  const world = makeConfiguration({
    rekor: {},
    sign: { needs: ['rekor'] },
    deploy: { needs: [{ soft: 'sign' }] },
    other: {},
    backup: { probes: { nightly: { grace: 600_000 } } },
  });
  const ids = (services: readonly string[], dependents: boolean): unknown => {
    const found = probesToVerify(world, { services, dependents });
    return 'kind' in found ? found.kind : found.map(({ id }) => id);
  };

  test('its own probes; with dependents, theirs, near and far, and nobody else’s', () => {
    expect(ids(['rekor'], false)).toEqual(['rekor/http']);
    expect(ids(['rekor'], true)).toEqual(['deploy/http', 'rekor/http', 'sign/http']);
  });

  test('a service that does not exist is refused, and so is one whose probes are others’ to push', () => {
    expect(ids(['rekor', 'recor'], true)).toBe('not-found');
    expect(ids(['backup'], false)).toBe('invalid');
  });
});
