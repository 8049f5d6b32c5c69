import { BLOCK_RUNS } from '../block.ts';
import { compress } from '../compression.ts';
import { Contents, decodePage } from '../page/decode.ts';
import { encodePage, type FormOf, type Kept } from '../page/encode.ts';
import type { Observation, Page } from '../page/page.ts';
import type { Statements } from '../statements.ts';
import { readContents } from '../contents.ts';

/**
 * Adds observations to their probes' own: single ones stay loose until there are 64 to make a block of.
 * Runs in the caller's transaction.
 */
export function foldRuns(statements: Statements, formOf: FormOf, observations: readonly Observation[]): void {
  for (const [name, fresh] of Map.groupBy(observations, ({ probe }) => probe)) {
    const probe = probeNumber(statements, name);
    const fillsBlock = countLoose(statements, probe) + fresh.length >= BLOCK_RUNS;
    const runs = fillsBlock ? [...takeLoose(statements, probe), ...fresh] : fresh;
    const inBlocks = runs.length - (runs.length % BLOCK_RUNS);
    for (let start = 0; start < inBlocks; start += BLOCK_RUNS) {
      insertBlock(statements, formOf, probe, runs.slice(start, start + BLOCK_RUNS));
    }
    for (const run of runs.slice(inBlocks)) insertLoose(statements, formOf, probe, run);
  }
}

function countLoose(statements: Statements, probe: number): number {
  return statements.query<readonly [number]>('SELECT count(*) FROM loose WHERE probe = ?').get(probe)?.[0] ?? 0;
}

function takeLoose(statements: Statements, probe: number): Observation[] {
  const pages = statements
    .query<readonly [body: string]>('SELECT body FROM loose WHERE probe = ? ORDER BY n')
    .all(probe)
    .map(([body]) => JSON.parse(body) as Page);
  const contents = new Contents();
  for (const page of pages) contents.add(readContents(statements, contents.missing(page)));
  statements.run('DELETE FROM loose WHERE probe = ?', probe);
  return pages.flatMap((page) => decodePage(page, contents) as Observation[]);
}

function insertBlock(statements: Statements, formOf: FormOf, probe: number, runs: readonly Observation[]): void {
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return;
  statements.run(
    'INSERT INTO block (probe, first_n, last_n, first_at, last_at, body) VALUES (?, ?, ?, ?, ?, ?)',
    probe,
    first.n,
    last.n,
    first.at,
    last.at,
    compress(pageText(formOf, runs)),
  );
}

function insertLoose(statements: Statements, formOf: FormOf, probe: number, run: Observation): void {
  statements.run(
    'INSERT INTO loose (probe, n, at, body) VALUES (?, ?, ?, ?)',
    probe,
    run.n,
    run.at,
    pageText(formOf, [run]),
  );
}

function pageText(formOf: FormOf, runs: readonly Observation[]): string {
  const kept = runs.map((entry): Kept => ({ entry, configuration: null }));
  return encodePage(kept, formOf);
}

function probeNumber(statements: Statements, name: string): number {
  const row = statements.query<readonly [number]>('SELECT id FROM probe WHERE name = ?').get(name);
  return row ? row[0] : statements.run('INSERT INTO probe (name) VALUES (?)', name).id;
}
