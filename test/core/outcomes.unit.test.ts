import { describe, expect, test } from 'vitest';
import type { Maintenance } from '../../src/model/configuration.ts';
import type { ChannelId, ServiceId } from '../../src/model/ids.ts';
import { PLACE, makeConfiguration } from './support/make-configuration.ts';
import { HTTP, SEEDS, T, everyPhase, failing, pages, suppressed, zero } from './support/every-phase.ts';
import { START, Simulation } from './support/simulation.ts';
import type { Sight, World } from './support/simulation.ts';

describe('docs/engine.md 8, required outcomes', { timeout: 60_000 }, () => {
  test('1: in a chain that fails as a whole the deepest pages, the rest are suppressed and listed, and it resolves', () => {
    everyPhase(
      { a: zero({ needs: ['b'] }), b: zero({ needs: ['c'] }), c: zero({ needs: ['d'] }), d: zero(), other: zero() },
      failing({ a: HTTP, b: HTTP, c: HTTP, d: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s)).toEqual(['d']);
        expect(s.events('page')[0]?.at).toBeLessThanOrEqual(T + 8000);
        expect(s.events('page')[0]?.incident.impact.map((i) => `${i.capability} ${i.state}`)).toEqual([
          'a.up down',
          'b.up down',
          'c.up down',
        ]);
        expect(suppressed(s)).toEqual(['a/http', 'b/http', 'c/http']);
        expect(s.events('resolve').map((r) => r.root)).toEqual(['d']);
        expect(s.events('resolve')[0]?.at).toBeLessThanOrEqual(T + 9000 + 10_000);
      },
    );
  });

  test('2: a child whose dependency was last seen long ago is held until the dependency has been heard', () => {
    everyPhase(
      { dep: zero({ probe: { every: 30_000 } }), child: zero({ needs: ['dep'] }) },
      failing({ dep: HTTP, child: HTTP }),
      T + 14_000,
      (s) => {
        expect(pages(s)).toEqual(['dep']);
        expect(suppressed(s)).toEqual(['child/http']);
      },
    );
  });

  test('3: a child that fails while its dependency is freshly and deeply up is the root', () => {
    everyPhase(
      { dep: zero(), child: zero({ needs: ['dep'] }) },
      failing({ child: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s)).toEqual(['child']);
        expect(s.events('page')[0]?.at).toBeLessThanOrEqual(T + 8000);
        expect(s.events('page')[0]?.reason).toContain('dependencies verified passing');
        expect(s.events('resolve')).toHaveLength(1);
      },
    );
  });

  test('4: an unprobed one in the middle is inferred, never a root', () => {
    everyPhase(
      { c: zero(), m: zero({ needs: ['c'], probe: null }), a: zero({ needs: ['m'] }) },
      failing({ c: HTTP, a: HTTP }),
      T + 12_000,
      (s) => {
        expect(pages(s)).toEqual(['c']);
        expect(s.events('page')[0]?.incident.impact.map((i) => i.capability)).toEqual(['a.up', 'm.up']);
      },
    );
  });

  test('5: an unprobed dependency whose three dependents all fail is one page about it, to its owner, and the dependents hear', () => {
    const hooks = (page: string) => ({
      page: [page as ChannelId],
      ticket: [page as ChannelId],
      consumers: ['heard' as ChannelId],
    });
    everyPhase(
      {
        db: zero({ probe: null, owner: 'dba' }),
        ...Object.fromEntries(['a', 'b', 'c'].map((n) => [n, zero({ needs: ['db'], owner: `team-${n}` })])),
        other: zero(),
      },
      failing({ a: HTTP, b: HTTP, c: HTTP }, T, T + 9000),
      T + 21_000,
      (s) => {
        expect(
          s
            .events('page')
            .map((p) => `${p.channel} ${p.root} ${p.incident.root.kind} ${String(p.incident.root.inferred)}`),
        ).toEqual(['dba db shared true']);
        expect(s.events('page')[0]?.incident.title).toContain('probably db (not probed)');
        expect(s.events('page')[0]?.at).toBeLessThanOrEqual(T + 10_000);
        expect(s.events('notice').map((n) => n.channel)).toEqual(['heard']);
        expect(s.events('page')[0]?.incident.impact.map((i) => i.capability)).toEqual(['a.up', 'b.up', 'c.up']);
        expect(s.events('resolve').filter((r) => r.channel === 'dba')).toHaveLength(1);
      },
      { routes: [{ match: { owner: ['dba'] }, ...hooks('dba') }, hooks('apps')] },
    );
  });

  test('6: the same with one dependent freshly up is two separate roots', () => {
    everyPhase(
      { db: zero({ probe: null }), a: zero({ needs: ['db'] }), b: zero({ needs: ['db'] }), c: zero({ needs: ['db'] }) },
      failing({ a: HTTP, b: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s).sort()).toEqual(['a', 'b']);
        for (const page of s.events('page')) expect(page.at).toBeLessThanOrEqual(T + 10_000);
      },
    );
  });

  test('7: an unprobed dependency with one dependent is not blamed: the dependent pages', () => {
    everyPhase({ db: zero({ probe: null }), a: zero({ needs: ['db'] }) }, failing({ a: HTTP }), T + 12_000, (s) => {
      expect(pages(s)).toEqual(['a']);
    });
  });

  test('8: two unrelated roots that share a symptom page twice, and the symptom is listed in both', () => {
    everyPhase(
      { x: zero(), y: zero(), s: zero({ needs: ['x', 'y'] }) },
      failing({ x: HTTP, y: HTTP, s: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s).sort()).toEqual(['x', 'y']);
        for (const root of ['x', 'y']) {
          const thread = s.sent.filter((m) => m.root === root);
          expect(thread.some((m) => m.incident.suppressed.some((p) => p.probe === 's/http'))).toBe(true);
        }
        expect(
          s
            .events('resolve')
            .map((r) => r.root)
            .sort(),
        ).toEqual(['x', 'y']);
      },
    );
  });

  test('9: one of two replicas down is a ticket, and its dependents are at risk', () => {
    everyPhase(
      { r1: {}, r2: {}, app: zero({ needs: [{ any: ['r1', 'r2'], min: 1 }] }) },
      failing({ r1: HTTP }, T, T + 10_000),
      T + 21_000,
      (s) => {
        expect(pages(s)).toEqual([]);
        expect(s.events('ticket').map((t) => t.root)).toEqual(['r1']);
        expect(s.events('ticket')[0]?.incident.impact).toMatchObject([{ capability: 'app.up', state: 'at-risk' }]);
      },
    );
  });

  test('10: both replicas down is one incident of kind group', () => {
    everyPhase(
      { r1: {}, r2: {}, app: zero({ needs: [{ any: ['r1', 'r2'], min: 1 }] }) },
      failing({ r1: HTTP, r2: HTTP, app: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(s.events('page').map((p) => `${p.incident.root.kind} ${p.root}`)).toEqual(['group any:app.up']);
        expect(s.events('resolve').some((r) => r.root === 'any:app.up')).toBe(true);
      },
    );
  });

  test('11: in a circle the earliest onset inside it is the root', () => {
    const world: World = (probe, at) =>
      probe === 'b/http' && at >= T && at < T + 10_000
        ? HTTP
        : probe === 'a/http' && at >= T + 2600 && at < T + 10_000
          ? HTTP
          : 'pass';
    everyPhase({ a: zero({ needs: ['b'] }), b: zero({ needs: ['a'] }) }, world, T + 21_000, (s) => {
      expect(pages(s)).toEqual(['b']);
      expect(suppressed(s)).toEqual(['a/http']);
    });
  });

  test('12: a circle explained from outside pages the outside root only', () => {
    everyPhase(
      { c: zero(), a: zero({ needs: ['b', 'c'] }), b: zero({ needs: ['a'] }) },
      failing({ a: HTTP, b: HTTP, c: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s)).toEqual(['c']);
      },
    );
  });

  test('13: a cached dependency down within its ttl leaves dependents at risk, with a countdown', () => {
    everyPhase(
      { dep: zero(), child: zero({ needs: [{ cached: 'dep', ttl: 60_000, covers: ['unreachable', 'error'] }] }) },
      failing({ dep: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s)).toEqual(['dep']);
        const [hit] = s.events('page')[0]?.incident.impact ?? [];
        expect(hit).toMatchObject({ capability: 'child.up', state: 'at-risk' });
        expect(hit?.until).not.toBeNull();
      },
    );
  });

  test('14: a dependent that fails when the ttl ends is a symptom', () => {
    const world: World = (probe, at) =>
      probe === 'dep/http' && at >= T && at < T + 20_000
        ? HTTP
        : probe === 'child/http' && at >= T + 10_600 && at < T + 20_000
          ? HTTP
          : 'pass';
    everyPhase(
      { dep: zero(), child: zero({ needs: [{ cached: 'dep', ttl: 8000, covers: ['unreachable', 'error'] }] }) },
      world,
      T + 31_000,
      (s) => {
        expect(pages(s)).toEqual(['dep']);
      },
    );
  });

  test('15: a dependent that fails inside the ttl is its own root, and the page says that the cache is fiction', () => {
    const world: World = (probe, at) =>
      probe === 'dep/http' && at >= T && at < T + 13_000
        ? HTTP
        : probe === 'child/http' && at >= T + 3000 && at < T + 13_000
          ? HTTP
          : 'pass';
    everyPhase(
      { dep: zero(), child: zero({ needs: [{ cached: 'dep', ttl: 600_000, covers: ['unreachable', 'error'] }] }) },
      world,
      T + 25_000,
      (s) => {
        expect(pages(s).sort()).toEqual(['child', 'dep']);
        expect(s.events('page').find((p) => p.root === 'child')?.reason).toContain('declared cache of dep.up');
      },
    );
  });

  test('16: an answer 401 is not covered by a cache that covers only `unreachable`: a symptom at once', () => {
    everyPhase(
      { dep: zero(), child: zero({ needs: [{ cached: 'dep', ttl: 600_000 }] }) },
      failing({ dep: { class: 'auth.unauthorized' }, child: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s)).toEqual(['dep']);
        expect(s.events('page')[0]?.incident.impact).toMatchObject([{ capability: 'child.up', state: 'down' }]);
      },
    );
  });

  test('17: with a soft dependency down and the dependent down, both are roots', () => {
    everyPhase(
      { dep: zero(), child: zero({ needs: [{ soft: 'dep' }] }) },
      failing({ dep: HTTP, child: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s).sort()).toEqual(['child', 'dep']);
      },
    );
  });

  test('18: a child that failed ten minutes before its dependency keeps its own incident', () => {
    const world: World = (probe, at) =>
      (probe === 'child/http' && at >= T) || (probe === 'dep/http' && at >= T + 600_000) ? HTTP : 'pass';
    everyPhase({ dep: zero(), child: zero({ needs: ['dep'] }) }, world, T + 620_000, (s) => {
      expect(pages(s)).toEqual(['child', 'dep']);
      expect(s.events('resolve')).toEqual([]);
    });
  });

  test('19: four services that share an expired certificate authority are one inferred root', () => {
    const tls: Sight = { class: 'tls.expired' };
    everyPhase(
      Object.fromEntries(['a', 'b', 'c', 'd', 'other'].map((n) => [n, zero()])),
      failing({ a: tls, b: tls, c: tls, d: tls }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(s.events('page').map((p) => `${p.incident.root.kind} ${p.root}`)).toEqual(['shared ca:Corp Root']);
        expect(s.events('page')[0]?.incident.impact.length).toBeGreaterThanOrEqual(3);
        expect(s.events('resolve').map((r) => r.root)).toEqual(['ca:Corp Root']);
      },
      undefined,
      (probe) => ({ issuer: probe === 'other/http' ? 'Another' : 'Corp Root' }),
    );
  });

  test('22: when the root recovers and a child still fails, the child gets its own incident after fresh failures', () => {
    const world: World = (probe, at) =>
      probe === 'dep/http' && at >= T && at < T + 10_000 ? HTTP : probe === 'child/http' && at >= T ? HTTP : 'pass';
    everyPhase({ dep: zero(), child: zero({ needs: ['dep'] }) }, world, T + 150_000, (s) => {
      expect(pages(s)).toEqual(['dep', 'child']);
      expect(s.events('page')[1]?.at).toBeGreaterThan(T + 10_000 + 120_000);
      expect(s.events('resolve').map((r) => r.root)).toEqual(['dep']);
    });
  });

  test('23: when every anchor and every probe fails at once there is one incident about the monitor, and nothing about services', () => {
    for (const seed of SEEDS) {
      const s = new Simulation(
        makeConfiguration({ a: zero(), b: zero({ needs: ['a'] }) }),
        (_probe, at) => (at >= T && at < T + 20_000 ? 'unknown' : 'pass'),
        seed,
      );
      for (let at = T + 2500; at < T + 20_000; at += 2500)
        s.at(at, {
          kind: 'anchor',
          startedAt: START + at - 2000,
          endedAt: START + at,
          answered: false,
          detail: 'none of 2 anchors answered within 2 s',
        });
      s.at(T + 20_500, {
        kind: 'anchor',
        startedAt: START + T + 20_400,
        endedAt: START + T + 20_500,
        answered: true,
        detail: 'an anchor answers again',
      }).run(T + 30_000);
      expect(s.sent.map((m) => `${m.event} ${m.incident.root.kind}`)).toEqual(['page monitor', 'resolve monitor']);
      expect(s.events('page')[0]?.incident.impact).toEqual([]);
    }
  });

  test('24: runs judged unknown while the event loop stalled page nobody', () => {
    everyPhase(
      { a: zero(), b: zero({ needs: ['a'] }) },
      (_probe, at) => (at >= T && at < T + 20_000 ? 'unknown' : 'pass'),
      T + 40_000,
      (s) => {
        expect(s.sent).toEqual([]);
      },
    );
  });

  test('25: a failure inside a maintenance window that lasts beyond it is paged after its end, with the true onset', () => {
    const window: Maintenance = {
      kind: 'once',
      services: ['reg' as ServiceId],
      from: START - 60_000,
      until: START + T + 15_000,
      reason: 'upgrade',
      place: PLACE,
    };
    everyPhase(
      { reg: zero(), sign: zero({ needs: ['reg'] }) },
      failing({ reg: HTTP, sign: HTTP }, T, T + 25_000),
      T + 40_000,
      (s) => {
        expect(pages(s)).toEqual(['reg']);
        expect(s.events('page')[0]?.at).toBeGreaterThanOrEqual(T + 15_000);
        expect(s.events('page')[0]?.at).toBeLessThanOrEqual(T + 15_000 + 6000);
        expect(Date.parse(s.events('page')[0]?.incident.startedAt ?? '')).toBeLessThan(START + T + 3000);
      },
      { maintenance: [window] },
    );
  });

  test('26: a change announced five minutes before onset is listed in the page, never blamed by itself', () => {
    for (const seed of SEEDS) {
      const s = new Simulation(makeConfiguration({ a: zero() }), failing({ a: HTTP }, 310_000), seed)
        .at(10_000, {
          kind: 'change',
          service: 'a' as ServiceId,
          summary: 'new load balancer',
          changedAt: START + 10_000,
        })
        .run(330_000);
      expect(pages(s)).toEqual(['a']);
      expect(s.events('page')[0]?.incident.changes.map((c) => c.summary)).toEqual(['new load balancer']);
    }
  });

  test('27: a slow (degraded) dependency with eight dependents down is the one root', () => {
    const eight = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`d${String(i)}`, zero({ needs: ['dep'] })]));
    const fails = Object.fromEntries(Object.keys(eight).map((k) => [k, HTTP]));
    everyPhase(
      { dep: zero(), ...eight },
      failing({ dep: { class: 'latency.saturated' }, ...fails }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s)).toEqual(['dep']);
      },
    );
  });

  test('28: one probe proves two capabilities, a dependency of one is broken: one page, the other is unknown, not down', () => {
    everyPhase(
      {
        dep: zero(),
        svc: zero({ capabilities: { x: { needs: ['dep'] }, y: {} } }),
        user: zero({ needs: ['svc.y'], probe: null }),
      },
      failing({ dep: HTTP, svc: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s)).toEqual(['dep']);
        expect(s.sent.every((m) => m.incident.impact.every((i) => i.capability !== 'user.up'))).toBe(true);
      },
    );
  });

  test('29: a ping on the victim passes while its deep dependency is wrong: the victim is still in the impact', () => {
    everyPhase(
      { dep: zero(), victim: zero({ needs: ['dep'], probe: { deep: false } }) },
      failing({ dep: { class: 'identity.key_mismatch' } }),
      T + 10_000,
      (s) => {
        expect(pages(s)).toEqual(['dep']);
        expect(s.events('page')[0]?.incident.impact.map((i) => i.capability)).toEqual(['victim.up']);
      },
    );
  });

  test('30: a frozen dependency (connects, no bytes) whose victim answers 503 gives one page: the frozen one', () => {
    everyPhase(
      { dep: zero(), victim: zero({ needs: ['dep'] }) },
      failing({ dep: { class: 'latency.timeout', ms: 1000 }, victim: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s)).toEqual(['dep']);
      },
    );
  });

  test('31: a tier-2 dependency that takes a tier-0 service down pages at tier 0, and tier 0 hears by notice', () => {
    everyPhase(
      { dep: { tier: 2, owner: 'dep-team' }, front: zero({ needs: ['dep'], owner: 'front-team' }) },
      failing({ dep: HTTP, front: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(pages(s)).toEqual(['dep']);
        expect(s.events('page')[0]?.incident.tier).toBe(0);
        expect(s.events('page')[0]?.at).toBeLessThan(T + 8000);
      },
      { overrides: { pageAfterMs: [0, 60_000, 300_000, 300_000] } },
    );
  });

  test('32: the owner of a tier-0 victim is still told when the root has `notify: record`', () => {
    everyPhase(
      {
        dep: { tier: 3, owner: 'x', probe: { notify: 'record' } },
        front: zero({ needs: ['dep'], owner: 'front-team' }),
      },
      failing({ dep: HTTP, front: HTTP }, T, T + 9000),
      T + 20_000,
      (s) => {
        expect(s.events('page')).toHaveLength(1);
      },
    );
  });

  test('33: after an hour away nothing is paged about the past; open incidents are verified again, then resolved', () => {
    for (const seed of SEEDS) {
      const s = new Simulation(
        makeConfiguration({ a: zero(), b: zero() }),
        (probe, at) => (probe === 'a/http' && at >= T && at < T + 6000 ? HTTP : 'pass'),
        seed,
      );
      s.run(T + 5900);
      expect(pages(s)).toEqual(['a']);
      s.away(3_600_000).run(T + 3_620_000);
      expect(pages(s)).toEqual(['a']);
      expect(s.events('resolve').map((r) => r.root)).toEqual(['a']);
      expect(s.events('resolve')[0]?.at).toBeGreaterThan(3_600_000);
    }
  });

  test('34: a reload in the middle of an incident that removes its root resolves it with that reason, on the channel it was sent by', () => {
    for (const seed of SEEDS) {
      const s = new Simulation(makeConfiguration({ a: zero(), b: zero() }), failing({ a: HTTP }), seed);
      s.at(T + 7000, { kind: 'config', configuration: makeConfiguration({ b: zero(), c: zero() }) }).run(T + 12_000);
      expect(pages(s)).toEqual(['a']);
      expect(s.events('resolve').map((r) => `${r.root} ${r.channel} ${r.reason}`)).toEqual([
        'a hook removed from the configuration',
      ]);
    }
  });

  test('36: an hourly heartbeat is the only evidence of a dependency that died; its dependents fail now: one root, inferred', () => {
    everyPhase(
      {
        dep: zero({ probe: { every: 3_600_000, grace: 600_000 } }),
        a: zero({ needs: ['dep'] }),
        b: zero({ needs: ['dep'] }),
        c: zero({ needs: ['dep'] }),
      },
      failing({ a: HTTP, b: HTTP, c: HTTP }),
      T + 14_000,
      (s) => {
        expect(s.events('page').map((p) => `${p.root} ${p.incident.root.kind}`)).toEqual(['dep shared']);
      },
    );
  });

  test('a probe that cannot tell for three runs and three minutes is unwatched: a page on tier 0, and it ends when it can', () => {
    everyPhase(
      { a: zero(), b: {} },
      (probe, at) => (probe === 'a/http' && at >= T && at < T + 240_000 ? 'unknown' : 'pass'),
      T + 260_000,
      (s) => {
        expect(s.sent.map((m) => `${m.event} ${m.incident.title}`)).toEqual([
          'page a/http is unwatched',
          'resolve a/http is unwatched',
        ]);
        expect(s.events('page')[0]?.at).toBeGreaterThanOrEqual(T + 180_000);
      },
    );
  });

  test('a watched fact that changes is told to the owner as loudly as asked, and ends when it stays', () => {
    for (const seed of SEEDS) {
      let address = '10.2.3.4';
      const configuration = makeConfiguration({ a: zero() });
      const watching = {
        ...configuration,
        probes: configuration.probes.map((p) => ({ ...p, watch: { addresses: 'ticket' as const } })),
      };
      const s = new Simulation(
        watching,
        () => 'pass',
        seed,
        () => ({ addresses: [address] }),
      ).run(T);
      address = '10.9.9.9';
      s.run(T + 20_000);
      expect(s.sent.map((m) => `${m.event} ${m.incident.id}`)).toEqual([
        'ticket a/http:dns.drift',
        'resolve a/http:dns.drift',
      ]);
      expect(s.sent[0]?.incident.root.message).toBe('addresses changed from 10.2.3.4 to 10.9.9.9');
    }
  });

  test('a root that opened three times in half an hour stays open until ten minutes quiet, and resolves once', () => {
    const world: World = (probe, at) =>
      probe === 'a/http' && at >= T && at < T + 300_000 && Math.floor((at - T) / 30_000) % 2 === 0 ? HTTP : 'pass';
    everyPhase({ a: zero() }, world, T + 300_000 + 640_000, (s) => {
      expect(pages(s)).toEqual(['a', 'a', 'a']);
      const last = s.events('resolve').at(-1);
      expect(s.events('resolve')).toHaveLength(3);
      expect(last?.at).toBeGreaterThanOrEqual(T + 270_000 + 600_000);
    });
  });

  test('35: a blip that ended before pageAfter pages nobody', () => {
    everyPhase(
      { a: zero() },
      failing({ a: HTTP }, T, T + 5000),
      T + 30_000,
      (s) => {
        expect(s.sent).toEqual([]);
      },
      { overrides: { pageAfterMs: [30_000, 30_000, 30_000, 30_000] } },
    );
  });
});
