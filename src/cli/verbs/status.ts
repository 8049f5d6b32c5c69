/*
 * tocsin status [--url URL] [--token TOKEN] [--data DIR] [--json]
 *
 * Reads only. How everything stands: what is wrong first, then the services. Exit 0 · 1: could not be asked.
 */
import type { Command } from 'commander';
import type { CapabilityState } from '../../model/view.ts';
import { from, withWhere } from '../asking.ts';
import type { WhereOptions } from '../asking.ts';
import { ago, stateWord } from '../state-words.ts';
import { table } from '../table.ts';
import { paint, printJson } from '../terminal.ts';
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

export function statusVerb(program: Command, terminal: Terminal): void {
  withWhere(program.command('status'), terminal)
    .description('how everything stands')
    .action(async (options: WhereOptions) => {
      const services = await from(terminal, options, '/services', (f) => ({ items: f.services as readonly Service[] }));
      const incidents = await from(terminal, options, '/incidents', (f) => ({
        items: f.incidents as readonly Incident[],
      }));
      if (options.json === true) printJson(terminal, { services: services.items, incidents: incidents.items });
      else show(terminal, services.items, incidents.items);
    });
}

function show(terminal: Terminal, services: readonly Service[], incidents: readonly Incident[]): void {
  const open = incidents.filter((i) => i.state !== 'resolved');
  for (const { id, incident } of open)
    terminal.out(
      `${paint(terminal, 'red', '■')} ${incident.title}  ${paint(terminal, 'dim', `${id}, since ${incident.startedAt}`)}\n`,
    );
  terminal.out(open.length === 0 ? `${paint(terminal, 'green', '●')} nothing is wrong\n\n` : '\n');
  const now = Date.now();
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
