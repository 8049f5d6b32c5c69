/*
 * tocsin status [--at T] [--url URL] [--token TOKEN] [--data DIR] [--json]
 *
 * Reads only. How everything stands, or stood at a moment: what is wrong first, then the services. Exit 0 · 1: could not be asked.
 */
import type { Command } from 'commander';
import type { CapabilityState } from '../../model/view.ts';
import type { Refusal } from '../../model/view.ts';
import { moment } from '../options.ts';
import { from, withWhere } from '../asking.ts';
import type { WhereOptions } from '../asking.ts';
import { ago, stateWord } from '../state-words.ts';
import { table } from '../table.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Service {
  readonly service: string;
  readonly owner: string | null;
  readonly tier: number;
  readonly capabilities: readonly { readonly capability: string; readonly state: CapabilityState }[];
  readonly probes: readonly {
    readonly probe: string;
    readonly status: string;
    readonly lastAt: number | string | null;
    readonly message: string | null;
  }[];
}

interface Incident {
  readonly id: string;
  readonly state: string;
  readonly incident: { readonly title: string; readonly startedAt: string };
}

interface Past {
  readonly at: number | string;
  readonly services: readonly Service[];
  readonly incidents: readonly Incident[];
}

export function statusVerb(program: Command, terminal: Terminal): void {
  withWhere(program.command('status'), terminal)
    .description('how everything stands, or stood')
    .option('--at <time>', 'as it stood then: ISO 8601, or 2h for two hours ago', moment)
    .action(async (options: WhereOptions & { readonly at?: number }) => {
      if (options.at !== undefined) return stood(terminal, options, options.at);
      const services = await from(terminal, options, '/services', (f) => ({ items: f.services as readonly Service[] }));
      const incidents = await from(terminal, options, '/incidents', (f) => ({
        items: f.incidents as readonly Incident[],
      }));
      if (options.json === true) printJson(terminal, { services: services.items, incidents: incidents.items });
      else show(terminal, services.items, incidents.items);
    });
}

/** The same as it was known at a moment. */
async function stood(terminal: Terminal, options: WhereOptions, at: number): Promise<void> {
  const route = `/state?at=${encodeURIComponent(new Date(at).toISOString())}`;
  const past = await from<Past | Refusal>(terminal, options, route, (folder) => folder.stateAt(at));
  if ('kind' in past) {
    terminal.err(`${past.message}\n`);
    throw new Exit(1);
  }
  const { services, incidents } = past;
  if (options.json === true) return printJson(terminal, { at: new Date(past.at).toISOString(), services, incidents });
  terminal.out(`${paint(terminal, 'dim', `as it was known at ${new Date(past.at).toISOString()}`)}\n`);
  show(terminal, services, incidents, at);
}

function show(
  terminal: Terminal,
  services: readonly Service[],
  incidents: readonly Incident[],
  now = Date.now(),
): void {
  const open = incidents.filter((i) => i.state !== 'resolved');
  for (const { id, incident } of open)
    terminal.out(
      `${paint(terminal, 'red', '■')} ${incident.title}  ${paint(terminal, 'dim', `${id}, since ${incident.startedAt}`)}\n`,
    );
  terminal.out(open.length === 0 ? `${paint(terminal, 'green', '●')} nothing is wrong\n\n` : '\n');
  const rows = services.flatMap((s) =>
    s.capabilities.map((c, i) => {
      const newest = s.probes.reduce<number | null>(
        (at, p) => Math.max(at ?? 0, Number(new Date(p.lastAt ?? 0))),
        null,
      );
      return [
        i === 0 ? s.service : '',
        stateWord(terminal, c.state),
        c.capability.slice(s.service.length + 1),
        i === 0
          ? `${s.owner ?? 'no owner'}, tier ${String(s.tier)}, seen ${s.probes.length === 0 ? 'never: not probed' : ago(newest, now)}`
          : '',
      ];
    }),
  );
  terminal.out(table(rows, terminal.columns));
}
