/*
 * tocsin history SERVICE/PROBE [--limit N] [--url URL] [--token TOKEN] [--data DIR] [--json]
 *
 * Reads only. The newest runs of a probe. Exit 0 · 1: could not be asked.
 */
import type { Command } from 'commander';
import type { ProbeId } from '../../model/ids.ts';
import { from, withWhere } from '../asking.ts';
import type { WhereOptions } from '../asking.ts';
import { wholeNumber } from '../options.ts';
import { table } from '../table.ts';
import { paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Run {
  readonly startedAt: number | string;
  readonly durationMs?: number;
  readonly endedAt?: number;
  readonly outcome: string;
  readonly cause: string;
  readonly class?: string;
  readonly message?: string;
}

export function historyVerb(program: Command, terminal: Terminal): void {
  withWhere(program.command('history').argument('<service/probe>', 'a probe'), terminal)
    .description('the newest runs of a probe')
    .option('--limit <n>', 'how many', wholeNumber(1, 10_000), 30)
    .action(async (probe: string, options: WhereOptions & { readonly limit: number }) => {
      const { items } = await from<{ items: readonly Run[] }>(
        terminal,
        options,
        `/observations?probe=${encodeURIComponent(probe)}&limit=${String(options.limit)}`,
        async (f) => ({
          items: await f.observations(probe as ProbeId, options.limit),
        }),
      );
      if (options.json === true) {
        printJson(terminal, { items, next: null });
        return;
      }
      if (items.length === 0) terminal.out(`nothing is known of ${probe} yet\n`);
      terminal.out(
        table(
          items.map((run) => row(terminal, run)),
          terminal.columns,
        ),
      );
    });
}

function row(terminal: Terminal, run: Run): readonly string[] {
  const mark =
    run.outcome === 'pass'
      ? paint(terminal, 'green', '● pass')
      : run.outcome === 'fail'
        ? paint(terminal, 'red', '■ fail')
        : paint(terminal, 'yellow', '◌ unknown');
  const ms = run.durationMs ?? (run.endedAt ?? 0) - Number(run.startedAt);
  return [
    new Date(run.startedAt).toISOString(),
    mark,
    `${String(Math.round(ms))} ms`,
    run.cause,
    run.class === undefined ? '' : `${run.class}: ${run.message ?? ''}`,
  ];
}
