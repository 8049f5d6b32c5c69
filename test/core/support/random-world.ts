import fc from 'fast-check';
import type { NeedSpec, ServiceSpec } from './make-configuration.ts';

/** A random graph of services `s0` … `sN`: needs of all four forms, mostly towards higher numbers, now and then a circle. */
export const anyServices: fc.Arbitrary<Readonly<Record<string, ServiceSpec>>> = fc
  .integer({ min: 2, max: 9 })
  .chain((size) => {
    const name = (i: number): string => `s${String(i)}`;
    const target = fc.integer({ min: 0, max: size - 1 }).map(name);
    const need: fc.Arbitrary<NeedSpec> = fc.oneof(
      { weight: 5, arbitrary: target },
      { weight: 1, arbitrary: target.map((soft) => ({ soft })) },
      {
        weight: 1,
        arbitrary: fc.record({
          cached: target,
          ttl: fc.constantFrom(1000, 8000, 60_000),
          covers: fc.constantFrom(['unreachable'] as const, ['unreachable', 'error'] as const),
        }),
      },
      { weight: 1, arbitrary: fc.uniqueArray(target, { minLength: 2, maxLength: 3 }).map((any) => ({ any, min: 1 })) },
    );
    const service: fc.Arbitrary<ServiceSpec> = fc.record(
      {
        tier: fc.constantFrom(0, 1, 2, 3),
        owner: fc.constantFrom('red', 'blue'),
        needs: fc.array(need, { maxLength: 3 }),
        probe: fc.oneof(
          { weight: 4, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: fc.constant(null) },
          { weight: 1, arbitrary: fc.constant({ deep: false }) },
        ),
      },
      { requiredKeys: ['needs', 'probe'] },
    );
    return fc
      .tuple(...Array.from({ length: size }, () => service))
      .map((specs) => Object.fromEntries(specs.map((spec, i) => [name(i), spec])));
  });

/** When which services fail: a few outages at random times. */
export const anyOutages: fc.Arbitrary<
  readonly { readonly service: number; readonly from: number; readonly forMs: number }[]
> = fc.array(
  fc.record({
    service: fc.integer({ min: 0, max: 8 }),
    from: fc.integer({ min: 6000, max: 30_000 }),
    forMs: fc.integer({ min: 500, max: 25_000 }),
  }),
  { minLength: 1, maxLength: 4 },
);
