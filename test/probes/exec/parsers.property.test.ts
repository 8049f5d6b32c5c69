import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePluginOutput, stateOf } from '../../../src/probes/exec/nagios.ts';
import { parseReport } from '../../../src/probes/exec/report.ts';

const output = fc.oneof(
  fc.string(),
  fc.json(),
  fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc
    .array(fc.constantFrom('|', "'", '=', ';', ' ', '1', 'a', '%', '\n'), { maxLength: 200 })
    .map((all) => all.join('')),
);

test('any output is a report or none', () => {
  fc.assert(
    fc.property(output, (text) => {
      expect(typeof parseReport(text).ok).toBe('boolean');
    }),
  );
});

test('any output of a plugin is read as far as it goes, in numbers that JSON can hold', () => {
  fc.assert(
    fc.property(output, (text) => {
      const { metrics } = parsePluginOutput(text);
      expect(Object.values(metrics).every((value) => Number.isFinite(value))).toBe(true);
    }),
  );
});

test('performance data is read back as it was written', () => {
  const label = fc.string({ minLength: 1, maxLength: 20 }).filter((name) => !/[\n|]/.test(name));
  fc.assert(
    fc.property(fc.dictionary(label, fc.integer(), { maxKeys: 10, noNullPrototype: true }), (metrics) => {
      const written = Object.entries(metrics).map(([name, value]) => `'${name.replaceAll("'", "''")}'=${value}ms;1;2`);
      expect(parsePluginOutput(`OK | ${written.join(' ')}`).metrics).toEqual(metrics);
    }),
  );
});

test('every exit status is one of four states', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), (code) => {
      expect(stateOf(code) === 'UNKNOWN').toBe(code > 2);
    }),
  );
});
