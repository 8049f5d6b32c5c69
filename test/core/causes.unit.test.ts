import { describe, expect, test } from 'vitest';
import { makeConfiguration } from './support/make-configuration.ts';
import type { ServiceSpec } from './support/make-configuration.ts';
import { Simulation } from './support/simulation.ts';
import type { World } from './support/simulation.ts';

const PHASES = Array.from({ length: 30 }, (_, i) => i + 1);
const T = 10_000;
const tierZero = (spec: ServiceSpec = {}): ServiceSpec => ({ tier: 0, ...spec });

/** When each service fails, in milliseconds after T. */
type Failing = Readonly<Record<string, readonly [from: number, until: number]>>;

function pagesAt(services: Record<string, ServiceSpec>, failing: Failing, untilMs: number): readonly string[][] {
  const world: World = (probe, at) => {
    const [from, until] = failing[probe.slice(0, probe.indexOf('/'))] ?? [Infinity, Infinity];
    return at >= T + from && at < T + until ? { class: 'http.5xx' } : 'pass';
  };
  return PHASES.map((phase) =>
    new Simulation(makeConfiguration(services), world, phase)
      .run(T + untilMs)
      .events('page')
      .map((page) => page.root),
  );
}

const everyPhase = (pages: readonly string[]): string[][] => PHASES.map(() => [...pages]);

describe('docs/engine.md 4, inferred causes and lost explanations', { timeout: 60_000 }, () => {
  test('what still fails when a root has recovered is the rest of it: no shared cause is inferred from it', () => {
    const services = {
      root: tierZero(),
      cache: tierZero({ probe: null }),
      a: tierZero({ needs: ['root', 'cache'] }),
      b: tierZero({ needs: ['root', 'cache'] }),
    };
    const failing: Failing = { root: [0, 15_000], a: [0, 45_000], b: [0, 45_000] };
    expect(pagesAt(services, failing, 90_000)).toEqual(everyPhase(['root']));
  });

  test('a guess that its own slow probe confirms stays one incident and one page', () => {
    const services = {
      db: tierZero({ probe: { every: 60_000, onDemand: false } }),
      a: tierZero({ needs: ['db'] }),
      b: tierZero({ needs: ['db'] }),
    };
    const failing: Failing = { db: [0, 200_000], a: [0, 200_000], b: [0, 200_000] };
    expect(pagesAt(services, failing, 150_000)).toEqual(everyPhase(['db']));
  });

  test('one that works behind a failing one does not contradict what both rest on', () => {
    const services = {
      db: tierZero({ probe: null }),
      a: tierZero({ needs: ['db'] }),
      b: tierZero({ needs: ['db'] }),
      later: tierZero({ needs: ['a'] }),
    };
    const failing: Failing = { a: [0, 60_000], b: [0, 60_000], later: [20_000, 60_000] };
    expect(pagesAt(services, failing, 40_000)).toEqual(everyPhase(['db']));
  });

  test('three that fail together outweigh one that still works; two do not', () => {
    const services = (names: readonly string[]): Record<string, ServiceSpec> => ({
      db: tierZero({ probe: null }),
      spared: tierZero({ needs: ['db'] }),
      ...Object.fromEntries(names.map((name) => [name, tierZero({ needs: ['db'] })])),
    });
    const failing: Failing = { a: [0, 60_000], b: [0, 60_000], c: [0, 60_000] };
    expect(pagesAt(services(['a', 'b', 'c']), failing, 30_000)).toEqual(everyPhase(['db']));
    expect(pagesAt(services(['a', 'b']), failing, 30_000).map((pages) => pages.toSorted())).toEqual(
      everyPhase(['a', 'b']),
    );
  });

  test('a second cause that began while the first explained it takes over, however long that was', () => {
    const services = {
      first: tierZero(),
      second: tierZero(),
      victim: tierZero({ needs: ['first', 'second'] }),
    };
    const failing: Failing = { first: [0, 150_000], second: [120_000, 400_000], victim: [0, 400_000] };
    expect(pagesAt(services, failing, 390_000)).toEqual(everyPhase(['first', 'second']));
  });
});
