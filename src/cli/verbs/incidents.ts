/*
 * tocsin incidents [ID] [--url URL] [--token TOKEN] [--data DIR] [--json]
 *
 * Reads only. All incidents, newest first, or the story of one. Exit 0 · 1: could not be asked.
 */
import type { Command } from 'commander';
import type { IncidentView } from '../../model/view.ts';
import { from, withWhere } from '../asking.ts';
import type { WhereOptions } from '../asking.ts';
import { table } from '../table.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

type Shown = Pick<IncidentView, 'id' | 'state' | 'event' | 'held' | 'closedBecause' | 'incident'> & {
  readonly timeline: readonly { readonly at: number | string; readonly what: string; readonly text: string }[];
};

export function incidentsVerb(program: Command, terminal: Terminal): void {
  withWhere(program.command('incidents').argument('[id]', 'the story of one'), terminal)
    .description('all incidents, or the story of one')
    .action(async (id: string | undefined, options: WhereOptions) => {
      if (id === undefined) await list(terminal, options);
      else await one(terminal, id, options);
    });
}

async function list(terminal: Terminal, options: WhereOptions): Promise<void> {
  const { items } = await from(terminal, options, '/incidents', (f) => ({ items: f.incidents as readonly Shown[] }));
  if (options.json === true) {
    printJson(terminal, { items, next: null });
    return;
  }
  if (items.length === 0)
    terminal.out('no incidents yet: they appear here when a probe has been confirmed as failing\n');
  terminal.out(
    table(
      items.map((i) => [i.id, i.state, i.event ?? '–', i.incident.startedAt, i.incident.title]),
      terminal.columns,
    ),
  );
}

async function one(terminal: Terminal, id: string, options: WhereOptions): Promise<void> {
  const found = await from<Shown | undefined>(terminal, options, `/incidents/${encodeURIComponent(id)}`, (f) =>
    f.incidents.find((i) => i.id === id),
  );
  if (found === undefined) {
    terminal.err(`no incident ${id} in ${options.data ?? options.url}\n`);
    throw new Exit(1);
  }
  if (options.json === true) {
    printJson(terminal, found);
    return;
  }
  const { incident } = found;
  terminal.out(
    `${paint(terminal, 'bold', incident.title)}\n${id}  ${found.state}${found.held === null ? '' : `, held: ${found.held}`}${found.closedBecause === null ? '' : `: ${found.closedBecause}`}\n\n`,
  );
  terminal.out(`because  ${incident.root.class ?? ''} ${incident.root.message}\n`);
  for (const hit of incident.impact)
    terminal.out(
      `${hit.state.padEnd(8)} ${hit.capability}${hit.effect === null ? '' : `: ${hit.effect}`}${hit.until === null ? '' : ` (until ${hit.until})`}\n`,
    );
  terminal.out(
    `\n${table(
      found.timeline.map((t) => [new Date(t.at).toISOString(), t.what, t.text]),
      Math.max(terminal.columns, 100),
    )}`,
  );
}
