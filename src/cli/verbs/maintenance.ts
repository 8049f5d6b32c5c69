/*
 * tocsin maintenance SERVICE… --until TIME --reason TEXT [--from TIME]
 * tocsin maintenance --list · --end ID   [--url URL] [--token TOKEN] [--json]
 *
 * Changes: plans work; what it is predicted to break is held until its end. `--list` reads.
 * Exit 0 · 1: refused, or no daemon there · 2: asked wrongly.
 */
import type { Command } from 'commander';
import { tell, withWhom } from '../asking.ts';
import type { WhomOptions } from '../asking.ts';
import { momentAhead } from '../options.ts';
import { table } from '../table.ts';
import { Exit, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface MaintenanceOptions extends WhomOptions {
  readonly from?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly list?: boolean;
  readonly end?: string;
}

interface Planned {
  readonly id: string;
  readonly services: readonly string[];
  readonly from: string;
  readonly until: string;
  readonly reason: string;
}

interface Impact {
  readonly down: readonly { readonly capability: string }[];
  readonly degraded: readonly { readonly capability: string }[];
}

interface Graph {
  readonly capabilities: readonly { readonly id: string; readonly service: string }[];
}

export function maintenanceVerb(program: Command, terminal: Terminal): void {
  withWhom(program.command('maintenance').argument('[service...]', 'what is worked on'), terminal)
    .description('plans work on services: what it is predicted to break is held until its end')
    .option('--from <time>', 'when it begins: 2h from now, or ISO 8601 (default: now)', momentAhead)
    .option('--until <time>', 'when it ends: 2h from now, or ISO 8601', momentAhead)
    .option('--reason <text>', 'why')
    .option('--list', 'what is planned')
    .option('--end <id>', 'ends one before its time')
    .action((services: readonly string[], options: MaintenanceOptions) => {
      if (options.list === true) return list(terminal, options);
      if (options.end !== undefined) return end(terminal, options, options.end);
      return plan(terminal, services, options);
    });
}

async function plan(terminal: Terminal, services: readonly string[], options: MaintenanceOptions): Promise<void> {
  const { from, until, reason } = options;
  const missing = [
    ...(services.length === 0 ? ['a service'] : []),
    ...(until === undefined ? ['--until'] : []),
    ...(reason === undefined ? ['--reason'] : []),
  ];
  if (missing.length > 0) {
    terminal.err(`planned work needs ${missing.join(', and ')}\n`);
    throw new Exit(2);
  }
  const body = { services, until, reason, ...(from === undefined ? {} : { from }) };
  const made = await tell<Planned>(terminal, options, { method: 'POST', route: '/maintenance', body });
  if (options.json === true) {
    printJson(terminal, made);
    return;
  }
  terminal.out(`${made.id}: ${made.services.join(', ')} from ${made.from} until ${made.until}: ${made.reason}\n`);
  terminal.out(`held with it: ${(await predicted(terminal, options, services)).join(', ') || 'nothing else'}\n`);
}

/** What stands no more while the services are away, as the daemon predicts it. */
async function predicted(
  terminal: Terminal,
  options: MaintenanceOptions,
  services: readonly string[],
): Promise<readonly string[]> {
  const graph = await tell<Graph>(terminal, options, { method: 'GET', route: '/graph' });
  const capabilities = graph.capabilities.filter(({ service }) => services.includes(service)).map(({ id }) => id);
  const impact = await tell<Impact>(terminal, options, { method: 'POST', route: '/impact', body: { capabilities } });
  return [...impact.down, ...impact.degraded].map(({ capability }) => capability);
}

async function list(terminal: Terminal, options: MaintenanceOptions): Promise<void> {
  const answered = await tell<{ readonly items: readonly Planned[] }>(terminal, options, {
    method: 'GET',
    route: '/maintenance',
  });
  if (options.json === true) {
    printJson(terminal, answered);
    return;
  }
  if (answered.items.length === 0) terminal.out('nothing is planned\n');
  const rows = answered.items.map(({ id, services, from, until, reason }) => [
    id,
    services.join(', '),
    `${from} – ${until}`,
    reason,
  ]);
  terminal.out(table(rows, terminal.columns));
}

async function end(terminal: Terminal, options: MaintenanceOptions, id: string): Promise<void> {
  await tell(terminal, options, { method: 'DELETE', route: `/maintenance/${encodeURIComponent(id)}` });
  if (options.json === true) printJson(terminal, { id, ended: true });
  else terminal.out(`${id} ended\n`);
}
