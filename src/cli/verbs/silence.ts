/*
 * tocsin silence [--service PATTERN] [--capability PATTERN] [--owner NAME] [--class PATTERN] --until TIME --reason TEXT
 * tocsin silence --list · --end ID   [--url URL] [--token TOKEN] [--json]
 *
 * Changes: mutes one owner until an end. `--list` reads. Exit 0 · 1: refused, or no daemon there · 2: asked wrongly.
 */
import type { Command } from 'commander';
import { tell, withWhom } from '../asking.ts';
import type { WhomOptions } from '../asking.ts';
import { momentAhead } from '../options.ts';
import { table } from '../table.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface SilenceOptions extends WhomOptions {
  readonly service?: string;
  readonly capability?: string;
  readonly owner?: string;
  readonly class?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly list?: boolean;
  readonly end?: string;
}

interface Silence {
  readonly id: string;
  readonly match: Readonly<Record<string, string>>;
  readonly until: string;
  readonly reason: string;
  readonly by: string;
  readonly expiresSoon: boolean;
}

export function silenceVerb(program: Command, terminal: Terminal): void {
  withWhom(program.command('silence'), terminal)
    .description('mutes the owner of what matches, until an end and for a reason')
    .option('--service <pattern>', 'whose root is this service')
    .option('--capability <pattern>', 'that hit this capability')
    .option('--owner <name>', 'of this owner')
    .option('--class <pattern>', 'of this class, like tls.*')
    .option('--until <time>', 'when it ends: 2h from now, or ISO 8601', momentAhead)
    .option('--reason <text>', 'why: whoever looks at 3 a.m. reads it')
    .option('--list', 'what is silenced now')
    .option('--end <id>', 'ends one before its time')
    .action((options: SilenceOptions) => {
      if (options.list === true) return list(terminal, options);
      if (options.end !== undefined) return end(terminal, options, options.end);
      return add(terminal, options);
    });
}

async function add(terminal: Terminal, options: SilenceOptions): Promise<void> {
  const { service, capability, owner, until, reason } = options;
  const match = Object.fromEntries(
    Object.entries({ service, capability, owner, class: options.class }).filter(([, value]) => value !== undefined),
  );
  const missing = [
    ...(Object.keys(match).length === 0 ? ['--service, --capability, --owner or --class'] : []),
    ...(until === undefined ? ['--until'] : []),
    ...(reason === undefined ? ['--reason'] : []),
  ];
  if (missing.length > 0) {
    terminal.err(`a silence needs ${missing.join(', and ')}\n`);
    throw new Exit(2);
  }
  const made = await tell<Silence>(terminal, options, {
    method: 'POST',
    route: '/silences',
    body: { match, until, reason },
  });
  if (options.json === true) printJson(terminal, made);
  else terminal.out(`${made.id}: ${words(made)} silenced until ${made.until}: ${made.reason}\n`);
}

async function list(terminal: Terminal, options: SilenceOptions): Promise<void> {
  const answered = await tell<{ readonly items: readonly Silence[] }>(terminal, options, {
    method: 'GET',
    route: '/silences',
  });
  if (options.json === true) {
    printJson(terminal, answered);
    return;
  }
  if (answered.items.length === 0) terminal.out('nothing is silenced\n');
  const rows = answered.items.map((each) => [
    each.id,
    words(each),
    each.expiresSoon ? paint(terminal, 'yellow', `until ${each.until} (soon)`) : `until ${each.until}`,
    `${each.by}: ${each.reason}`,
  ]);
  terminal.out(table(rows, terminal.columns));
}

async function end(terminal: Terminal, options: SilenceOptions, id: string): Promise<void> {
  await tell(terminal, options, { method: 'DELETE', route: `/silences/${encodeURIComponent(id)}` });
  if (options.json === true) printJson(terminal, { id, ended: true });
  else terminal.out(`${id} ended\n`);
}

function words({ match }: Silence): string {
  return Object.entries(match)
    .map(([what, value]) => `${what} ${value}`)
    .join(', ');
}
