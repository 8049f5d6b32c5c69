import type { Command } from 'commander';
import { dataFolder } from '../app/data-folder.ts';
import { openHistory } from '../app/replay/history.ts';
import type { History } from '../app/replay/history.ts';
import { openWindow } from '../app/window/open-window.ts';
import { pathsOf, refuse, withConfig } from './options.ts';
import type { ConfigOption } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Where a history is read from: a data folder, or an exported window. */
export interface HistoryOptions extends ConfigOption {
  readonly data?: string;
  readonly window?: string;
}

/** Adds `--data`, `--window` and `--config`. */
export function withHistory(command: Command): Command {
  return withConfig(command)
    .option('--data <dir>', 'the data folder (default: the configuration’s log.path)')
    .option('--window <file>', 'an exported window instead');
}

/** Opens what was meant; mistakes in a configuration that had to be read for it end with 2. */
export async function historyOf(options: HistoryOptions, terminal: Terminal): Promise<History & AsyncDisposable> {
  if (options.window !== undefined) return openWindow(options.window);
  const found = await dataFolder(options.data, pathsOf(options, terminal), terminal.env);
  if (found.kind === 'refused') refuse(terminal, found.diagnostics, found.sources);
  return openHistory(found.folder);
}
