import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '../../src/model/entry.ts';
import { FAILURE_CLASSES } from '../../src/model/failure.ts';
import type { CapabilityId } from '../../src/model/ids.ts';
import type { Json } from '../../src/model/run.ts';
import { openLog } from '../../src/log/open-log.ts';
import { Contents, decodePage } from '../../src/log/page/decode.ts';
import { difference, patch } from '../../src/log/page/difference.ts';
import { encodePage, type FormOf } from '../../src/log/page/encode.ts';
import { exampleText, formText, parseForm, type Form } from '../../src/log/page/form.ts';
import type { Observation, Page } from '../../src/log/page/page.ts';
import { commitOf, ENGINE, entriesAfter, hashOf, probeOf, sentEntry, tick, timeOf } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What JSON gives back: it has no -0 and no undefined. */
const json = fc.json({ maxDepth: 3, stringUnit: 'binary' }).map((text) => JSON.parse(text) as Json);
/** Few values, so that forms and measured values repeat as they do in life. */
const value = fc.oneof(fc.constantFrom<Json>(1, 2, 'a', null, true, [1], { x: 1 }, { x: 2, y: { z: 1 } }), json);
const members = fc.dictionary(fc.constantFrom('status', 'bytes', 'facts', 'headers', '__proto__', '0'), value);
const ms = fc.oneof(
  fc.integer({ min: 0, max: 50_000 }).map((tenths) => tenths / 10),
  fc.double({ min: 0, max: 1e6 }),
);
const capability = fc.constantFrom('kv.read', 'kv.write').map((id) => id as CapabilityId);
const positive = ms.map((value) => value + 0);

const observation: fc.Arbitrary<Omit<Observation, 'n' | 'at'>> = fc.record(
  {
    kind: fc.constant('observation' as const),
    probe: fc.constantFrom('kv/read', 'kv/write', 'rekor/log').map(probeOf),
    location: fc.constantFrom('local', 'eu'),
    cause: fc.constantFrom('schedule', 'confirm', 'verify'),
    startedAt: fc.oneof(fc.integer({ min: 0, max: 2_000_000_000_000 }), fc.maxSafeInteger()),
    endedAt: fc.integer({ min: 0, max: 2_000_000_000_000 }),
    outcome: fc.constantFrom('pass', 'fail', 'unknown'),
    class: fc.constantFrom(...FAILURE_CLASSES.slice(0, 3)),
    message: fc.oneof(fc.constant('the same'), fc.string({ unit: 'binary' })),
    proven: fc.uniqueArray(capability),
    against: fc.uniqueArray(capability),
    warnings: fc.array(fc.record({ class: fc.constantFrom(...FAILURE_CLASSES), message: fc.string() }), {
      maxLength: 1,
    }),
    phases: fc.record({ dns: positive, connect: positive, tls: positive }, { requiredKeys: [] }),
    address: fc.constantFrom('10.2.3.4', 'fd00::1'),
    factsHash: fc.constantFrom(hashOf(1), hashOf(2)),
    facts: fc.dictionary(fc.constantFrom('addresses', 'version'), fc.oneof(fc.string(), fc.array(fc.string()))),
    measured: members as fc.Arbitrary<NonNullable<Observation['measured']>>,
    evidence: fc.dictionary(fc.string(), json),
    steps: fc.array(
      fc.record({
        name: fc.constantFrom('reach', 'status'),
        kind: fc.constant('read' as const),
        outcome: fc.constantFrom('pass', 'fail'),
        ms: positive,
      }),
      { maxLength: 3 },
    ),
    nextDueAt: fc.integer(),
  },
  {
    requiredKeys: [
      'kind',
      'probe',
      'location',
      'cause',
      'startedAt',
      'endedAt',
      'outcome',
      'proven',
      'against',
      'warnings',
      'factsHash',
      'facts',
    ],
  },
);

/** Entries 1 … n of any kind, in time. */
const entriesOf = (minLength: number): fc.Arbitrary<Entry[]> =>
  fc
    .array(fc.oneof({ weight: 9, arbitrary: observation }, { weight: 1, arbitrary: fc.constantFrom('tick', 'sent') }), {
      minLength,
      maxLength: 60,
    })
    .map((facts) =>
      facts.map((fact, index): Entry => {
        const n = index + 1;
        if (fact === 'tick') return tick(n);
        if (fact === 'sent') return sentEntry(n, 'ü\ud800"');
        return asStored({ n, at: timeOf(n), ...fact });
      }),
    );

function asStored<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

function formsInMemory(): { readonly formOf: FormOf; readonly contents: Contents } {
  const forms = new Map<string, { id: number; form: Form }>();
  const contents = new Contents();
  const formOf = (run: Observation): { id: number; form: Form } => {
    const text = formText(run);
    const known = forms.get(text) ?? { id: forms.size + 10, form: parseForm(exampleText(run)) };
    forms.set(text, known);
    contents.addForm(known.id, known.form);
    return known;
  };
  return { formOf, contents };
}

test('entries come out of a page as they went in, with their members in the same order', () => {
  fc.assert(
    fc.property(entriesOf(0), (all) => {
      const { formOf, contents } = formsInMemory();
      const text = encodePage(
        all.map((entry) => ({ entry, configuration: null })),
        formOf,
      );
      const back = decodePage(JSON.parse(text) as Page, contents);
      expect(back).toEqual(all);
      expect(JSON.stringify(back)).toBe(JSON.stringify(all));
    }),
    { numRuns: 500 },
  );
});

test('a difference makes of one value the other', () => {
  fc.assert(
    fc.property(fc.oneof(members, value), fc.oneof(members, value), (before, after) => {
      const made = patch(before, difference(before, after));
      expect(JSON.stringify(made)).toBe(JSON.stringify(after));
    }),
    { numRuns: 1000 },
  );
});

test('entries come out of a log as they went in, whether sealed or not', async () => {
  await using folder = await temporaryFolder();
  await using log = await openLog({ path: folder.path, engine: ENGINE });
  // One long log made of many short ones, so that it is sealed on the way.
  const samples = fc.sample(entriesOf(50), { numRuns: 200, seed: 20 }).flat();
  const all = samples.map((entry, index): Entry => ({ ...entry, n: index + 1, at: timeOf(index + 1) }));
  for (let start = 0; start < all.length; start += 300) await log.commit(commitOf(all.slice(start, start + 300)));
  expect(all.length).toBeGreaterThanOrEqual(10_000);
  const back = await entriesAfter(log, 0);
  expect(JSON.stringify(back)).toBe(JSON.stringify(all));
  for (const probe of ['kv/read', 'rekor/log']) {
    const runs = all.filter((entry) => entry.kind === 'observation' && entry.probe === probe).toReversed();
    const found = await log.observations({ probe: probeOf(probe), limit: 50_000 });
    expect(JSON.stringify(found)).toBe(JSON.stringify(runs));
  }
});
