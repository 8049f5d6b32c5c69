import type { Command } from 'commander';
import { ask, AskError, readFolder, request } from '../app/read-daemon.ts';
import type { FolderView, Said } from '../app/read-daemon.ts';
import { readWriteToken } from '../app/write-token.ts';
import { Exit } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** Where a reading verb looks: a running daemon, or a data folder. */
export interface WhereOptions {
  readonly url: string;
  readonly token?: string;
  readonly data?: string;
  readonly json?: boolean;
}

const DEFAULT_URL = 'http://127.0.0.1:9700';

/** Adds `--url`, `--token`, `--data` and `--json`. */
export function withWhere(command: Command, terminal: Terminal): Command {
  return command
    .option('--url <url>', 'a running daemon', terminal.env['TOCSIN_URL'] ?? DEFAULT_URL)
    .option('--token <token>', 'its token (default: TOCSIN_TOKEN)', terminal.env['TOCSIN_TOKEN'])
    .option('--data <dir>', 'read this data folder instead')
    .option('--json', 'as JSON');
}

/** Asks the daemon, or reads the folder; what cannot be had is said in one line and ends with 1. */
export async function from<T>(
  terminal: Terminal,
  options: WhereOptions,
  route: string,
  read: (folder: FolderView) => T | Promise<T>,
): Promise<T> {
  try {
    if (options.data === undefined) return (await ask(options.url, options.token, route)) as T;
    await using folder = await readFolder(options.data);
    return await read(folder);
  } catch (error) {
    if (!(error instanceof AskError) && !(error instanceof Error && error.name === 'LogError')) throw error;
    terminal.err(`${error.message}\n`);
    throw new Exit(1);
  }
}

/** Whom a writing verb speaks to. */
export interface WhomOptions {
  readonly url: string;
  readonly token?: string;
  readonly data: string;
  readonly json?: boolean;
}

/** Adds `--url`, `--token`, `--data` and `--json` for a verb that writes. */
export function withWhom(command: Command, terminal: Terminal): Command {
  return command
    .option('--url <url>', 'a running daemon', terminal.env['TOCSIN_URL'] ?? DEFAULT_URL)
    .option('--token <token>', "an operator's token (default: TOCSIN_TOKEN)", terminal.env['TOCSIN_TOKEN'])
    .option('--data <dir>', 'without a token, the one in this data folder is used', 'data')
    .option('--json', 'as JSON');
}

/** Brings an operator's word to the daemon, and gives its answer; what cannot be done is said in one line and ends with 1. */
export async function tell<T>(terminal: Terminal, options: WhomOptions, said: Said): Promise<T> {
  try {
    return (await request(options.url, options.token ?? (await readWriteToken(options.data)), said)) as T;
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
    const hint =
      error.code === 'denied'
        ? "; give an operator's token with --token or TOCSIN_TOKEN, or its folder with --data"
        : '';
    terminal.err(`${error.message}${hint}\n`);
    throw new Exit(1);
  }
}
