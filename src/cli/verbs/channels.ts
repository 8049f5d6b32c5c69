/*
 * tocsin channels · tocsin channels test [NAME…]   [--url URL] [--token TOKEN] [--data DIR] [--json]
 *
 * Lists channels with what became of their newest message; `test` sends a real test message by each, or by those
 * named. Exit 0 · 1: one was not delivered, or no daemon there.
 */
import type { Command } from 'commander';
import { tell, withWhom } from '../asking.ts';
import type { WhomOptions } from '../asking.ts';
import { table } from '../table.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Channel {
  readonly id: string;
  readonly kind: string;
  readonly lastAt: string | null;
  readonly lastEvent: string | null;
  readonly lastResult: string | null;
  readonly lastDetail: string | null;
}

interface Tested {
  readonly channel: string;
  readonly delivered: boolean;
  readonly detail: string | null;
}

export function channelsVerb(program: Command, terminal: Terminal): void {
  const channels = withWhom(program.command('channels'), terminal)
    .description('channels with what became of their newest message')
    .action((options: WhomOptions) => list(terminal, options));
  channels
    .command('test')
    .argument('[name...]', 'by these channels (default: by all)')
    .description('sends a real test message')
    .action((names: readonly string[], _options: unknown, command: Command) =>
      test(terminal, names, command.optsWithGlobals<WhomOptions>()),
    );
}

async function list(terminal: Terminal, options: WhomOptions): Promise<void> {
  const answered = await allChannels(terminal, options);
  if (options.json === true) {
    printJson(terminal, answered);
    return;
  }
  const rows = answered.items.map(({ id, kind, lastAt, lastEvent, lastResult, lastDetail }) => [
    id,
    kind,
    lastAt === null ? 'no message since the start' : `${lastEvent ?? ''} ${lastResult ?? ''} ${lastAt}`,
    lastDetail ?? '',
  ]);
  terminal.out(table(rows, terminal.columns));
}

async function test(terminal: Terminal, names: readonly string[], options: WhomOptions): Promise<void> {
  const all = names.length > 0 ? names : (await allChannels(terminal, options)).items.map(({ id }) => id);
  const tested: Tested[] = [];
  for (const name of all) {
    const route = `/channels/${encodeURIComponent(name)}/test`;
    const one = await tell<Tested>(terminal, options, { method: 'POST', route, body: {} });
    tested.push(one);
    if (options.json === true) continue;
    const verdict = one.delivered ? paint(terminal, 'green', 'delivered') : paint(terminal, 'red', 'not delivered');
    terminal.out(`${one.channel} ${verdict}${one.detail === null ? '' : `: ${one.detail}`}\n`);
  }
  if (options.json === true) printJson(terminal, { items: tested, next: null });
  if (tested.some(({ delivered }) => !delivered)) throw new Exit(1);
}

function allChannels(terminal: Terminal, options: WhomOptions): Promise<{ readonly items: readonly Channel[] }> {
  return tell(terminal, options, { method: 'GET', route: '/channels' });
}
