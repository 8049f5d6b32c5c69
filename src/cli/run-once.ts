import { allKinds, NO_SCREEN } from '../app/kinds.ts';
import { load } from '../app/load.ts';
import { probeAll } from '../app/probe-once.ts';
import type { ProbedOnce } from '../app/probe-once.ts';
import { refuse } from './options.ts';
import { probeJson } from './probe-json.ts';
import { table } from './table.ts';
import { paint, printJson } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** Every probe once, outside of any daemon: for a look, and for trying a configuration out. */
export async function runOnce(terminal: Terminal, paths: readonly string[], json: boolean): Promise<void> {
  const result = await load(paths, allKinds(NO_SCREEN), terminal.env);
  if (!result.ok) refuse(terminal, result.diagnostics, result.sources);
  const runs: ProbedOnce[] = [];
  for await (const run of probeAll(result.loaded)) runs.push(run);
  if (json) {
    printJson(terminal, { items: runs.map(probeJson), next: null });
    return;
  }
  const rows = runs.map((run) => [
    word(terminal, run),
    run.probe,
    `${run.durationMs.toFixed(1)} ms`,
    run.judged.class === undefined ? '' : `${run.judged.class}: ${run.judged.message ?? ''}`,
  ]);
  terminal.out(table(rows, terminal.columns));
  const failed = runs.filter((run) => run.judged.outcome !== 'pass').length;
  terminal.out(`${String(runs.length)} probes, ${String(failed)} not passing\n`);
}

function word(terminal: Terminal, { judged }: ProbedOnce): string {
  switch (judged.outcome) {
    case 'pass':
      return paint(terminal, 'green', '● pass');
    case 'fail':
      return paint(terminal, 'red', '■ fail');
    case 'unknown':
      return paint(terminal, 'yellow', '◌ unknown');
    default:
      return judged.outcome satisfies never;
  }
}
