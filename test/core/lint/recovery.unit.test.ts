import { describe, expect, test } from 'vitest';
import { findingsOf, lintOf, NOW } from './findings-of.ts';

const RECOVERY = /^recovery\/(none|expires|break-glass-only)$/;

describe('what is left when a service fails', () => {
  test('each capability is taken down by itself: one that blocks nothing is not blamed', async () => {
    expect(
      await findingsOf(
        `services:
  kv: { capabilities: { read: {}, write: {} }, recovery: [{ name: roll back, needs: [ci] }] }
  ci: { needs: [kv.write] }`,
        RECOVERY,
      ),
    ).toEqual([
      'recovery/none kv.write: no declared recovery of kv works while kv.write is down: "roll back" needs ci.up → kv.write',
    ]);
  });

  test('ways out that each survive one capability may all fall with the whole service', async () => {
    expect(
      await findingsOf(
        `services:
  kv:
    capabilities: { read: {}, write: {} }
    recovery: [{ name: roll back, needs: [ci] }, { name: revert, needs: [dashboard] }]
  ci: { needs: [kv.write] }
  dashboard: { needs: [kv.read] }`,
        RECOVERY,
      ),
    ).toEqual([
      'recovery/none kv: no declared recovery of kv works while all of kv is down: "roll back" needs ci.up → kv.write; "revert" needs dashboard.up → kv.read',
    ]);
  });

  test('a need that is only at risk works; one that is degraded does not', async () => {
    const text = (need: string): string => `services:
  kv: { recovery: [{ name: roll back, needs: [ci] }] }
  other: {}
  ci: { needs: [${need}] }`;
    expect(await findingsOf(text('{ any: [kv, other] }'), RECOVERY)).toEqual([]);
    expect(await findingsOf(text('{ soft: kv }'), RECOVERY)).toEqual([
      'recovery/none kv.up: no declared recovery of kv works while kv.up is down: "roll back" needs ci.up → kv.up',
    ]);
  });

  test('a cache that holds for ever in every mode blocks nothing until it runs out', async () => {
    expect(
      await findingsOf(
        `services:
  kv: { recovery: [{ name: roll back, needs: [ci] }] }
  ci: { needs: [{ cached: kv, ttl: 10m, covers: [unreachable, error, wrong, slow] }] }`,
        RECOVERY,
      ),
    ).toEqual([
      'recovery/expires kv.up: kv is recoverable only for 10m while kv.up is down, after 10m no declared recovery works: "roll back" needs ci.up → kv.up',
    ]);
  });

  test('caches one behind the other add up, and break-glass may be left in the end', async () => {
    expect(
      await findingsOf(
        `services:
  kv: { recovery: [{ name: roll back, needs: [ci] }, { name: by hand, breakGlass: true, drilled: 2026-11-01 }] }
  login: { needs: [{ cached: kv, ttl: 1h }] }
  ci: { needs: [{ cached: login, ttl: 10m }] }`,
        RECOVERY,
      ),
    ).toEqual([
      'recovery/expires kv.up: kv is recoverable only for 1h10m while kv.up is down, after 1h10m only break-glass works ("by hand", drilled 2026-11-01): "roll back" needs ci.up → login.up → kv.up; where it answers with errors or answers wrongly or is too slow, only break-glass works from the first moment on',
    ]);
  });

  test('a break-glass way that was drilled 180 days ago is fresh, and the day after it is said to be old', async () => {
    const text = 'services: { kv: { recovery: [{ name: by hand, breakGlass: true, drilled: 2026-05-26 }] } }';
    expect(await findingsOf(text, RECOVERY)).toEqual([
      'recovery/break-glass-only kv.up: only break-glass recovers kv while kv.up is down ("by hand", drilled 2026-05-26)',
    ]);
    expect(await findingsOf(text, RECOVERY, NOW + 86_400_000)).toEqual([
      'recovery/break-glass-only kv.up: only break-glass recovers kv while kv.up is down ("by hand", last drilled 2026-05-26, 181 days ago)',
    ]);
  });

  test('a service of somebody else, or of tier 2, need not declare how it recovers', async () => {
    const text = 'services: { a: { tier: 1 }, b: { tier: 2 }, c: { tier: 0, external: true } }';
    expect(await findingsOf(text, /undeclared/)).toEqual([
      'recovery/undeclared a: a is tier 1 and declares no way to recover',
    ]);
  });
});

describe('a start from cold', () => {
  const BLACK = /^(recovery\/black-start|graph\/cycle)$/;

  test('needs no cache that would have to be full, and no service that has to start first', async () => {
    const text = (more: string): string => `services:
  registry: { start: [cluster] }
  cluster: { needs: [${more}] }`;
    expect(await findingsOf(text('{ cached: registry, ttl: 1d }'), BLACK)).toHaveLength(1);
    expect(await findingsOf(text('{ cached: registry, ttl: 1d, cold: degraded }'), BLACK)).toEqual([]);
    expect(await findingsOf(text('{ soft: registry }'), BLACK)).toEqual([]);
    expect(await findingsOf(`${text('{ any: [registry, mirror] }')}\n  mirror: {}`, BLACK)).toEqual([]);
    expect(await findingsOf(`${text('{ any: [registry, mirror], min: 2 }')}\n  mirror: {}`, BLACK)).toHaveLength(1);
  });

  test('what only waits for a circle is not part of it, and each circle of a knot is shown once', async () => {
    expect(
      await findingsOf(
        `services:
  a: { start: [hub] }
  b: { start: [hub] }
  hub: { needs: [{ cached: a, ttl: 1h }, { cached: b, ttl: 1h }] }
  waits: { needs: [hub] }`,
        BLACK,
      ),
    ).toEqual([
      'recovery/black-start a.up: nothing of this circle can start from cold: a.up → hub.up → a.up',
      'recovery/black-start b.up: nothing of this circle can start from cold: b.up → hub.up → b.up',
    ]);
  });

  test('a circle of hard needs alone is told once, as a circle', async () => {
    expect(await findingsOf('services: { a: { needs: [b] }, b: { needs: [a] } }', BLACK)).toEqual([
      'graph/cycle a.up: hard needs form a circle: a.up → b.up → a.up',
    ]);
  });

  test('a service that needs itself to start is the smallest circle', async () => {
    expect(await findingsOf('services: { a: { start: [a] } }', BLACK)).toEqual([
      'recovery/black-start a.up: nothing of this circle can start from cold: a.up → a.up',
    ]);
  });
});

describe('an acceptance', () => {
  const service = (accept: string): string => `services:
  kv:
    tier: 0
    recovery: [{ name: restart it }]
    probes: { web: { kind: http, url: https://kv.example, expect: { contains: ok } } }
    accept: [${accept}]`;
  const codes = async (text: string, now?: number): Promise<readonly string[]> =>
    (await lintOf(text, now)).findings.map((f) => f.code);

  test('takes its finding out to the end of its day', async () => {
    const text = service('{ code: runbook/missing, because: this week, until: 2026-11-22 }');
    const { findings, accepted } = await lintOf(text);
    expect(findings).toEqual([]);
    expect(accepted.map(({ finding, acceptance }) => [finding.code, finding.subject, acceptance.because])).toEqual([
      ['runbook/missing', 'kv', 'this week'],
    ]);
    expect(await codes(text, Date.UTC(2026, 10, 23))).toEqual(['runbook/missing', 'accept/expired']);
  });

  test('that accepts nothing, or a finding that does not exist, is a finding', async () => {
    const text = service(
      '{ code: runbook/missing, because: a, until: 2027-01-01 }, { code: page/self, because: b, until: 2027-01-01 }, { code: page/slef, because: c, until: 2027-01-01 }',
    );
    expect((await lintOf(text)).findings.map((f) => f.message)).toEqual([
      'kv accepts page/self, and has no such finding',
      'kv accepts page/slef, and no finding has that code',
    ]);
  });

  test('of a circle may stand at any service on it', async () => {
    const text = `services:
  a: { tier: 2, needs: [b] }
  b: { tier: 2, needs: [a], accept: [{ code: graph/cycle, because: known, until: 2027-01-01 }] }`;
    expect(await findingsOf(text, /cycle|accept/)).toEqual([]);
  });

  test('of a secret in the file works like the others', async () => {
    const text = `services:
  kv:
    tier: 2
    probes: { canary: { kind: workers-kv, account: a, namespace: n, token: open, identity: { key: k, value: v } } }
    accept: [{ code: secret/inline, because: a test account, until: 2027-01-01 }]`;
    expect(await codes(text)).toEqual([]);
  });
});
