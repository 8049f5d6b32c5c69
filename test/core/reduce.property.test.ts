import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engine } from '../../src/core/tocsin-engine.ts';
import type { Entry } from '../../src/model/entry.ts';
import { makeConfiguration } from './support/make-configuration.ts';
import { anyOutages, anyServices } from './support/random-world.ts';
import { replay, Simulation } from './support/simulation.ts';
import type { World } from './support/simulation.ts';

const END = 80_000;

const anyRun = fc
  .tuple(anyServices, anyOutages, fc.integer({ min: 1, max: 1_000_000 }))
  .map(([services, outages, seed]) => {
    const world: World = (probe, at) =>
      outages.some((o) => probe.startsWith(`s${String(o.service)}/`) && at >= o.from && at < o.from + o.forMs)
        ? { class: 'http.5xx' }
        : 'pass';
    return () => new Simulation(makeConfiguration(services), world, seed).run(END);
  });

describe('reduce', () => {
  test('replaying the log gives the effects that were decided live, byte for byte', () => {
    fc.assert(
      fc.property(anyRun, (play) => {
        const simulation = play();
        expect(JSON.stringify(replay(simulation.entries))).toBe(JSON.stringify(simulation.effects));
      }),
      { numRuns: 150 },
    );
  });

  test('a state restored from its snapshot decides what the original would have', () => {
    fc.assert(
      fc.property(anyRun, fc.nat(), (play, cut) => {
        const { entries, effects } = play();
        const at = cut % entries.length;
        let state = engine.initial();
        const decided = [];
        for (const entry of entries.slice(0, at)) {
          const turn = engine.reduce(state, entry);
          state = turn.state;
          decided.push(...turn.effects);
        }
        const text = engine.snapshot(state);
        state = engine.restore(text);
        expect(engine.snapshot(state)).toBe(text);
        for (const entry of entries.slice(at)) {
          const turn = engine.reduce(state, entry);
          state = turn.state;
          decided.push(...turn.effects);
        }
        expect(JSON.stringify(decided)).toBe(JSON.stringify(effects));
      }),
      { numRuns: 100 },
    );
  });

  test('no resolve goes to a channel that was told nothing, and everything told is resolved once all is well again', () => {
    fc.assert(
      fc.property(anyRun, (play) => {
        const simulation = play().run(END + 260_000);
        const open = new Map<string, number>();
        const unfounded: string[] = [];
        for (const message of simulation.sent) {
          const key = `${message.incident.id} on ${message.channel}`;
          if (message.event === 'resolve' && open.get(key) !== 1) unfounded.push(key);
          open.set(key, message.event === 'resolve' ? 0 : 1);
        }
        expect(unfounded).toEqual([]);
        expect([...open].filter(([, told]) => told === 1)).toEqual([]);
        expect(engine.incidents(simulation.state).filter((i) => i.state !== 'resolved')).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('independent observations of the same millisecond may come in any order', () => {
    fc.assert(
      fc.property(anyRun, fc.integer({ min: 1, max: 1_000_000 }), (play, seed) => {
        const { entries } = play();
        const shuffled = shuffledWithinMilliseconds(entries, seed);
        const told = (list: readonly Entry[]): string[] =>
          replay(list).flatMap((e) =>
            e.kind === 'notify' && e.notification.event !== 'update'
              ? [`${e.notification.event} ${e.incident} ${e.channel}`]
              : [],
          );
        expect(told(shuffled).sort()).toEqual(told(entries).sort());
      }),
      { numRuns: 100 },
    );
  });

  test('no failure is suppressed into silence: whatever goes on failing is the root, a symptom or a suppressed alert of a live incident', () => {
    fc.assert(
      fc.property(
        anyServices,
        fc.uniqueArray(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (services, broken, seed) => {
          const fails = (probe: string): boolean => broken.some((n) => probe.startsWith(`s${String(n)}/`));
          const simulation = new Simulation(
            makeConfiguration(services),
            (probe, at) => (at >= 8000 && fails(probe) ? { class: 'http.5xx' } : 'pass'),
            seed,
          ).run(END);
          const live = engine.incidents(simulation.state).filter((i) => i.state === 'open');
          const named = new Set(
            live.flatMap((i) => [
              ...i.incident.root.capabilities.map((c) => `${c.slice(0, c.indexOf('.'))}/http`),
              ...i.incident.suppressed.map((x) => x.probe as string),
            ]),
          );
          const failing = Object.entries(services).flatMap(([name, spec]) =>
            spec.probe !== null && fails(`${name}/http`) ? [`${name}/http`] : [],
          );
          expect(failing.filter((probe) => !named.has(probe))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a page names a root that really fails: no page about a probe that never failed', () => {
    fc.assert(
      fc.property(anyRun, (play) => {
        const simulation = play();
        const failed = new Set(
          simulation.entries.flatMap((e) =>
            e.kind === 'observation' && e.outcome === 'fail' ? [e.probe as string] : [],
          ),
        );
        const named = simulation.events('page').flatMap(({ incident }) => incident.root.probe ?? []);
        expect(named.filter((probe) => !failed.has(probe))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

/** Swaps neighbours that share a millisecond; numbers stay in place. */
function shuffledWithinMilliseconds(entries: readonly Entry[], seed: number): readonly Entry[] {
  const result = [...entries];
  let s = seed;
  for (let i = 1; i < result.length; i++) {
    const a = result[i - 1];
    const b = result[i];
    if (a === undefined || b === undefined || a.at !== b.at || a.kind !== 'observation' || b.kind !== 'observation')
      continue;
    s = (s * 1_103_515_245 + 12_345) % 2_147_483_648;
    if (s % 2 === 0) continue;
    result[i - 1] = { ...b, n: a.n };
    result[i] = { ...a, n: b.n };
  }
  return result;
}
