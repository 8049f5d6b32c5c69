/*
 * tocsin replay [--data DIR] [--from T] [--to T] [--rules PATH…] [--config PATH…] [--json]
 *
 *   tocsin replay --data /var/lib/tocsin
 *   tocsin replay --from 2026-01-31T09:00:00Z --to 2026-01-31T12:00:00Z
 *   tocsin replay --rules stricter/
 *
 * Reads only, also beside a running daemon. Decides every entry of the log again and compares decision by
 * decision with what was decided then; shows the first difference. With --rules: judges what was measured by
 * another configuration, and says which pages it would have added, removed, sent earlier or later, and what the
 * log cannot tell. Exit 0: the same · 2: nothing to replay, or rules with mistakes · 4: differs.
 */
import type { Command } from 'commander';
import { dataFolder } from '../../app/data-folder.ts';
import { openHistory } from '../../app/replay/history.ts';
import type { History, Span } from '../../app/replay/history.ts';
import { readRules } from '../../app/replay/read-rules.ts';
import { replay } from '../../app/replay/replay.ts';
import { whatIf } from '../../app/replay/what-if.ts';
import { moment, pathsOf, refuse, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { replayedJson, replayedText } from '../replay-words.ts';
import { Exit, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { isSame, whatIfJson, whatIfText } from '../what-if-words.ts';

interface Options extends ConfigOption {
  readonly data?: string;
  readonly from?: number;
  readonly to?: number;
  readonly rules?: readonly string[];
  readonly json?: boolean;
}

export function replayVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('replay'))
    .description('decides a log again: as it was, or under other rules')
    .option('--data <dir>', 'the data folder (default: the configuration’s log.path)')
    .option('--from <time>', 'from this moment on: ISO 8601, or 2h for two hours ago', moment)
    .option('--to <time>', 'up to this moment', moment)
    .option('--rules <path...>', 'another configuration: what would it have changed?')
    .option('--json', 'the answer as JSON')
    .action(async (options: Options) => {
      await using history = await openHistory(await folderOf(options, terminal));
      const { from, to, rules } = options;
      const span = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const same =
        rules === undefined
          ? await asItWas(history, span, options, terminal)
          : await underRules(history, span, rules, options, terminal);
      if (!same) throw new Exit(4);
    });
}

async function asItWas(history: History, span: Span, { json }: Options, terminal: Terminal): Promise<boolean> {
  const replayed = await replay(history, span);
  if (json === true) printJson(terminal, replayedJson(replayed));
  else terminal.out(replayedText(replayed));
  return replayed.same;
}

async function underRules(
  history: History,
  span: Span,
  paths: readonly string[],
  { json }: Options,
  terminal: Terminal,
): Promise<boolean> {
  const read = await readRules(paths, terminal.env);
  if (read.kind === 'refused') refuse(terminal, read.diagnostics, read.sources);
  const replayed = await whatIf(history, read.rules, span);
  if (json === true) printJson(terminal, whatIfJson(replayed));
  else terminal.out(whatIfText(replayed));
  return isSame(replayed);
}

async function folderOf(options: Options, terminal: Terminal): Promise<string> {
  const found = await dataFolder(options.data, pathsOf(options, terminal), terminal.env);
  if (found.kind === 'refused') refuse(terminal, found.diagnostics, found.sources);
  return found.folder;
}
