/*
 * tocsin export FILE [--data DIR] [--from T] [--to T] [--incident ID] [--config PATH…]
 *
 *   tocsin export friday.ndjson.gz --from 2026-01-30T08:00:00Z --to 2026-01-30T12:00:00Z
 *   tocsin export rekor-3.ndjson.gz --incident rekor-3
 *
 * Reads the log, also beside a running daemon, and writes one new file: a window of it, to be taken home and replayed
 * (`tocsin replay --window FILE`). --incident takes half an hour before its onset and half an hour after its end.
 * Secrets were never in the log. Exit 0 · 2: nothing to export.
 */
import type { Command } from 'commander';
import { spanOfIncident } from '../../app/replay/incident-span.ts';
import { writeWindow } from '../../app/window/write-window.ts';
import { historyOf, withHistory } from '../history-options.ts';
import type { HistoryOptions } from '../history-options.ts';
import { moment } from '../options.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends HistoryOptions {
  readonly from?: number;
  readonly to?: number;
  readonly incident?: string;
}

export function exportVerb(program: Command, terminal: Terminal): void {
  withHistory(program.command('export').argument('<file>', 'the file to write; it must not be there yet'))
    .description('a window of the log as one file, to be replayed elsewhere')
    .option('--from <time>', 'from this moment on: ISO 8601, or 2h for two hours ago', moment)
    .option('--to <time>', 'up to this moment', moment)
    .option('--incident <id>', 'the time around an incident')
    .action(async (file: string, options: Options) => {
      await using history = await historyOf(options, terminal);
      const { from, to, incident } = options;
      const given = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const span = incident === undefined ? given : { ...(await spanOfIncident(history, incident)), ...given };
      const { entries, firstN, lastN } = await writeWindow(history, span, file);
      terminal.err(`${file}: ${String(entries)} entries, ${String(firstN)} to ${String(lastN)}\n`);
    });
}
