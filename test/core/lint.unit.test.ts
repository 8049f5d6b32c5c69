import { describe, expect, test } from 'vitest';
import { lint } from '../../src/core/lint/lint.ts';
import { makeConfiguration } from './support/make-configuration.ts';
import type { ServiceSpec } from './support/make-configuration.ts';

const NOW = Date.UTC(2026, 10, 21);

function findings(
  services: Record<string, ServiceSpec>,
  options?: Parameters<typeof makeConfiguration>[1],
): readonly string[] {
  return lint(makeConfiguration(services, options), NOW)
    .filter((f) => !['vantage/none', 'runbook/missing', 'recovery/undeclared'].includes(f.code))
    .map((f) => `${f.severity} ${f.code} ${f.subject}: ${f.message}`);
}

describe('findings', () => {
  test('a hard need without any probe is said, as an error where it is urgent', () => {
    expect(findings({ db: { tier: 0, probe: null }, a: { tier: 0, needs: ['db'] } })).toEqual([
      'error coverage/unprobed db.up: db.up is needed hard by a.up, and nothing probes it',
    ]);
    expect(findings({ db: { tier: 2, probe: null }, a: { tier: 2, needs: ['db'] } })).toEqual([
      'warning coverage/unprobed db.up: db.up is needed hard by a.up, and nothing probes it',
    ]);
    expect(findings({ db: { tier: 0, probe: null }, a: { tier: 0, needs: [{ soft: 'db' }] } })).toEqual([]);
  });

  test('only shallow evidence of something urgent is said', () => {
    expect(findings({ a: { tier: 1, probe: { deep: false } } })).toEqual([
      'warning coverage/shallow a.up: a.up is tier 1, and its only evidence is shallow: a/http',
    ]);
  });

  test('a circle of hard needs is printed from its smallest member', () => {
    expect(findings({ a: { needs: ['b'] }, b: { needs: ['c'] }, c: { needs: ['a'] } })).toContain(
      'error graph/cycle a.up: hard needs form a circle: a.up → b.up → c.up → a.up',
    );
  });

  test('a failure that would reach nobody is an error', () => {
    expect(findings({ a: { tier: 0 } }, { routes: [{ match: { owner: ['somebody-else'] } }] })).toEqual([
      'error page/none a: a failure of a (tier 0, owner team) would reach nobody: no route leads a page to a channel',
    ]);
  });

  test('a service none of whose recoveries works while it is down is an error, with the path that blocks each', () => {
    expect(
      findings({ kv: { tier: 0, recovery: [{ name: 'roll back', needs: ['ci'] }] }, ci: { tier: 0, needs: ['kv'] } }),
    ).toEqual([
      'error recovery/none kv.up: no declared recovery of kv works while kv.up is down: "roll back" needs ci.up → kv.up',
    ]);
  });

  test('a service that only break-glass recovers is a warning, and an undrilled one is said', () => {
    const recovery = [
      { name: 'roll back', needs: ['ci'] },
      { name: 'by hand', needs: [], breakGlass: true },
    ];
    expect(findings({ kv: { tier: 0, recovery }, ci: { tier: 0, needs: ['kv'] } })).toEqual([
      'warning recovery/break-glass-only kv.up: only break-glass recovers kv while kv.up is down: "by hand", never drilled. "roll back" needs ci.up → kv.up',
    ]);
  });
});
