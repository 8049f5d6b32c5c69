/**
 * Plays the engine, and what others would do, in random worlds with known faults; prints the table of
 * docs/engine-simulation.md.
 *
 *   npm run simulate -- [--seeds 300] [--first 1] [--row 1]        the table
 *   npm run simulate -- --row 1 --show 17                          one world, told in full
 *
 * The same seeds give the same table.
 */
import { parseArgs } from 'node:util';
import { play } from './play.ts';
import type { Outcome } from './play.ts';
import { ROWS } from './rows.ts';
import { show } from './show.ts';
import { summary } from './summary.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, first: { type: 'string' }, row: { type: 'string' }, show: { type: 'string' } },
});
const first = Number(values.first ?? 1);
const count = Number(values.seeds ?? 300);
const rows = values.row === undefined ? ROWS : ROWS.filter((_, index) => String(index + 1) === values.row);

if (values.show !== undefined) {
  for (const row of rows) show(row, Number(values.show));
} else {
  console.log(
    'pages per incident (of them wrong; of these noise), −roots missed, first page median/p95 after the fault',
  );
  console.log(`seeds ${String(first)} to ${String(first + count - 1)}\n`);
  console.log('| world | per failing probe | naive suppression | + 30 s group wait | the engine |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const row of rows) {
    const outcomes = Array.from({ length: count }, (_, nth) => play(row, first + nth));
    const cell = (who: keyof Outcome): string => summary(outcomes.map((o) => o[who]));
    console.log(
      `| ${row.name} | ${cell('perProbe')} | ${cell('suppressing')} | ${cell('waiting')} | ${cell('engine')} |`,
    );
  }
}
