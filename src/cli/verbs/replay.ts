/*
 * tocsin replay [--data DIR] [--from T] [--to T] [--config PATH…] [--json]
 *
 *   tocsin replay --data /var/lib/tocsin
 *   tocsin replay --from 2026-01-31T09:00:00Z --to 2026-01-31T12:00:00Z
 *
 * Reads only, also beside a running daemon. Decides every entry of the log again and compares decision by
 * decision with what was decided then; shows the first difference. Exit 0: the same · 2: nothing to replay ·
 * 4: differs.
 */
import type { Command } from 'commander';
import { openHistory } from '../../app/replay/history.ts';
import { replay } from '../../app/replay/replay.ts';
import { dataFolder } from '../../app/data-folder.ts';
import { moment, pathsOf, refuse, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { replayedJson, replayedText } from '../replay-words.ts';
import { Exit, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends ConfigOption {
  readonly data?: string;
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

export function replayVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('replay'))
    .description('decides a log again and compares with what was decided then')
    .option('--data <dir>', 'the data folder (default: the configuration’s log.path)')
    .option('--from <time>', 'from this moment on: ISO 8601, or 2h for two hours ago', moment)
    .option('--to <time>', 'up to this moment', moment)
    .option('--json', 'the answer as JSON')
    .action(async (options: Options) => {
      await using history = await openHistory(await folderOf(options, terminal));
      const { from, to } = options;
      const replayed = await replay(history, {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
      if (options.json === true) printJson(terminal, replayedJson(replayed));
      else terminal.out(replayedText(replayed));
      if (!replayed.same) throw new Exit(4);
    });
}

async function folderOf(options: Options, terminal: Terminal): Promise<string> {
  const found = await dataFolder(options.data, pathsOf(options, terminal), terminal.env);
  if (found.kind === 'refused') refuse(terminal, found.diagnostics, found.sources);
  return found.folder;
}
