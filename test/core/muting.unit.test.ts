import { describe, expect, test } from 'vitest';
import type { Maintenance, Route } from '../../src/model/configuration.ts';
import type { Command } from '../../src/model/entry.ts';
import type { ChannelId, ProbeId, ServiceId } from '../../src/model/ids.ts';
import { HTTP, SEEDS, T, everyPhase, failing, zero } from './support/every-phase.ts';
import { PLACE, makeConfiguration } from './support/make-configuration.ts';
import { START, Simulation } from './support/simulation.ts';

const to = (...channels: string[]): readonly ChannelId[] => channels as unknown as readonly ChannelId[];

/** Each owner has a pager and a chat of their own. */
const routes: readonly Partial<Route>[] = ['dep', 'front', 'other'].map((owner) => ({
  match: { owner: [`${owner}-team`] },
  page: to(`${owner}-pager`),
  ticket: to(`${owner}-chat`),
  consumers: to(`${owner}-chat`),
}));

/** A root, its tier-0 victim of another owner, and a service of a third that has nothing to do with it. */
const services = {
  dep: { tier: 2 as const, owner: 'dep-team' },
  front: zero({ owner: 'front-team', needs: ['dep'] }),
  other: zero({ owner: 'other-team' }),
};
const BOTH = failing({ dep: HTTP, front: HTTP }, T, T + 30_000);

const silence = (match: Extract<Command, { kind: 'silence' }>['match'], until: number): Command => ({
  kind: 'silence',
  id: 'quiet',
  match,
  until: START + until,
  reason: 'known',
  by: 'ann',
});

/** Who heard what, but for what is new on the way. */
const heard = (s: Simulation): string[] =>
  s.sent.filter((m) => m.event !== 'update').map((m) => `${m.event} ${m.channel}`);

const planned = (until: number, service = 'dep'): Maintenance => ({
  kind: 'once',
  services: [service as ServiceId],
  from: START - 60_000,
  until: START + until,
  reason: 'upgrade',
  place: PLACE,
});

describe('a silence', { timeout: 60_000 }, () => {
  test('of the root mutes its owner only: the owner of a tier-0 victim is still told', () => {
    everyPhase(
      services,
      BOTH,
      T + 45_000,
      (s) => {
        expect(heard(s)).toEqual(['notice front-chat', 'resolve front-chat']);
        expect(s.sent[0]?.at).toBeLessThan(T + 10_000);
        expect(s.sent[0]?.incident.severity).toBe('critical');
        expect(s.decisions.some((d) => d.decision === 'held' && d.reason === 'silenced: ann: known')).toBe(true);
      },
      { routes },
      undefined,
      (s) => s.at(1000, { kind: 'command', command: silence({ service: 'dep' }, 3_600_000) }),
    );
  });

  test('of an owner mutes what that owner hears, as root or as victim', () => {
    for (const [owner, expected] of [
      ['dep-team', ['notice front-chat', 'resolve front-chat']],
      ['front-team', ['page dep-pager', 'resolve dep-pager']],
    ] as const)
      everyPhase(
        services,
        BOTH,
        T + 45_000,
        (s) => expect(heard(s)).toEqual(expected),
        { routes },
        undefined,
        (s) => s.at(1000, { kind: 'command', command: silence({ owner }, 3_600_000) }),
      );
  });

  test('of a class mutes the owner of the cause, and nobody who is hit by it', () => {
    everyPhase(
      services,
      BOTH,
      T + 45_000,
      (s) => expect(heard(s)).toEqual(['notice front-chat', 'resolve front-chat']),
      { routes },
      undefined,
      (s) => s.at(1000, { kind: 'command', command: silence({ class: 'http.*' }, 3_600_000) }),
    );
  });

  test('that ends while the root still fails lets the page out, and only then', () => {
    everyPhase(
      services,
      BOTH,
      T + 45_000,
      (s) => {
        const page = s.events('page')[0];
        expect(heard(s)).toEqual(['notice front-chat', 'page dep-pager', 'resolve front-chat', 'resolve dep-pager']);
        expect(page?.at).toBeGreaterThanOrEqual(T + 15_000);
        expect(page?.at).toBeLessThanOrEqual(T + 17_000);
        expect(s.sent[0]?.reason).toBe('you are affected; dep-team has silenced it');
      },
      { routes },
      undefined,
      (s) => s.at(1000, { kind: 'command', command: silence({ service: 'dep' }, T + 15_000) }),
    );
  });

  test('that begins after the page stops reminders, and never the resolve', () => {
    everyPhase(
      services,
      BOTH,
      T + 45_000,
      (s) =>
        expect(heard(s)).toEqual(['page dep-pager', 'notice front-chat', 'resolve dep-pager', 'resolve front-chat']),
      { routes, overrides: { remindMs: 10_000 } },
      undefined,
      (s) => s.at(T + 9000, { kind: 'command', command: silence({ service: 'dep' }, 3_600_000) }),
    );
  });
});

describe('a silence over what stands outside of diagnosis', () => {
  const trouble = (state: 'begin' | 'end') =>
    ({ kind: 'trouble', what: 'reload', state, message: 'line 3: no such key' }) as const;
  const well = (): Simulation => new Simulation(makeConfiguration(services), () => 'pass', 1);
  const aboutMonitor = (s: Simulation): string[] => s.sent.map((m) => `${m.event} ${m.root} ${String(m.at)}`);

  test('holds it, and lets it out when it ends', () => {
    const s = well()
      .at(1000, { kind: 'command', command: silence({ owner: 'sre' }, 9000) })
      .at(5000, trouble('begin'))
      .at(20_000, trouble('end'))
      .run(8000);
    expect(s.sent).toEqual([]);
    expect([...s.state.incidents.values()].map((i) => [i.state, i.held?.reason])).toEqual([['pending', 'silenced']]);
    s.run(30_000);
    expect(aboutMonitor(s)).toEqual(['ticket reload 9000', 'resolve reload 20000']);
  });

  test('lets it out when it is lifted early', () => {
    const s = well()
      .at(1000, { kind: 'command', command: silence({ owner: 'sre' }, 60_000) })
      .at(5000, trouble('begin'))
      .at(7000, { kind: 'command', command: { kind: 'unsilence', id: 'quiet', by: 'ann' } })
      .run(30_000);
    expect(aboutMonitor(s)).toEqual(['ticket reload 7000']);
  });

  test('keeps what was over before it ended from everybody', () => {
    const s = well()
      .at(1000, { kind: 'command', command: silence({ owner: 'sre' }, 9000) })
      .at(5000, trouble('begin'))
      .at(7000, trouble('end'))
      .run(30_000);
    expect(s.sent).toEqual([]);
  });
});

describe('a maintenance window', { timeout: 60_000 }, () => {
  test('over the root tells affected owners of tier 0 and 1 once, when the first of theirs fails in it', () => {
    everyPhase(
      services,
      BOTH,
      T + 45_000,
      (s) => {
        expect(heard(s)).toEqual(['notice front-chat', 'resolve front-chat']);
        expect(s.sent[0]?.reason).toContain('planned work on dep until');
      },
      { routes, maintenance: [planned(3_600_000)] },
    );
  });

  test('holds its predicted impact: a victim that fails alone in it pages nobody, until the window has ended', () => {
    everyPhase(
      services,
      failing({ front: HTTP }, T, T + 30_000),
      T + 45_000,
      (s) => {
        expect(heard(s)).toEqual([
          'notice front-chat',
          'page front-pager',
          'resolve front-chat',
          'resolve front-pager',
        ]);
        expect(s.events('page')[0]?.at).toBeGreaterThanOrEqual(T + 12_000);
        expect(s.events('page')[0]?.at).toBeLessThanOrEqual(T + 15_000);
        expect(Date.parse(s.events('page')[0]?.incident.startedAt ?? '')).toBeLessThan(START + T + 3000);
      },
      { routes, maintenance: [planned(T + 12_000)] },
    );
  });

  test('holds nothing that it is not predicted to hit', () => {
    everyPhase(
      services,
      failing({ other: HTTP }, T, T + 30_000),
      T + 45_000,
      (s) => expect(heard(s)).toEqual(['page other-pager', 'resolve other-pager']),
      { routes, maintenance: [planned(3_600_000)] },
    );
  });

  test('predicts the impact of its end: a cache that runs out within it is held, one that outlives it is not', () => {
    for (const [ttl, expected] of [
      [20_000, ['notice front-chat', 'resolve front-chat']],
      [7_200_000, ['page front-pager', 'resolve front-pager']],
    ] as const)
      everyPhase(
        { ...services, front: zero({ owner: 'front-team', needs: [{ cached: 'dep', ttl }] }) },
        failing({ front: HTTP }, T, T + 30_000),
        T + 45_000,
        (s) => expect(heard(s)).toEqual(expected),
        { routes, maintenance: [planned(3_600_000)] },
      );
  });
});

describe('a reload in mid-incident', { timeout: 60_000 }, () => {
  const change = (owner: string, tier: 2 | 3, s: Simulation): Simulation =>
    s.at(T + 9000, {
      kind: 'config',
      configuration: makeConfiguration({ ...services, dep: { tier, owner } }, { routes }),
    });

  test('that gives the root another owner resolves with the one before, and pages the new one', () => {
    for (const seed of SEEDS) {
      const s = new Simulation(makeConfiguration(services, { routes }), BOTH, seed);
      change('other-team', 2, s).run(T + 45_000);
      expect(heard(s)).toEqual([
        'page dep-pager',
        'notice front-chat',
        'resolve dep-pager',
        'page other-pager',
        'resolve front-chat',
        'resolve other-pager',
      ]);
      expect(s.events('page')[1]?.reason).toBe('passed on from dep-team to other-team');
    }
  });

  test('that raises the tier of a ticket pages', () => {
    for (const seed of SEEDS) {
      const only = { dep: { tier: 3 as const, owner: 'dep-team' } };
      const s = new Simulation(makeConfiguration(only, { routes }), failing({ dep: HTTP }, T, T + 30_000), seed);
      s.at(T + 9000, {
        kind: 'config',
        configuration: makeConfiguration({ dep: { tier: 0, owner: 'dep-team' } }, { routes }),
      }).run(T + 45_000);
      expect(heard(s)).toEqual(['ticket dep-chat', 'page dep-pager', 'resolve dep-chat', 'resolve dep-pager']);
    }
  });

  test('that changes the options of a failing probe keeps it with its incident until it has been run again', () => {
    for (const seed of SEEDS) {
      const s = new Simulation(makeConfiguration(services, { routes }), BOTH, seed);
      const changed = makeConfiguration({ ...services, dep: { ...services.dep, probe: { timeout: 900 } } }, { routes });
      s.at(T + 9000, { kind: 'config', configuration: changed }).run(T + 45_000);
      expect(heard(s)).toEqual(['page dep-pager', 'notice front-chat', 'resolve dep-pager', 'resolve front-chat']);
    }
  });

  test('that makes a probe slower keeps its evidence for as long as the new schedule says', () => {
    const before = makeConfiguration(services);
    const slower = before.probes.map((p) => ({ ...p, schedule: { kind: 'every' as const, everyMs: 600_000 } }));
    const s = new Simulation(before, () => 'pass', 1)
      .at(T, { kind: 'config', configuration: { ...before, probes: slower } })
      .run(T);
    const front = s.state.probes.get('front/http' as ProbeId);
    expect(front?.status).toBe('passing');
    expect((front?.freshUntil ?? 0) - (front?.lastEndedAt ?? 0)).toBe(1_800_000);
  });
});
