/*
 * tocsin kinds [NAME] [--json]
 *
 * Reads only. Every kind of probe and channel, or one with its example. Exit 0 · 1: no such kind.
 */
import type { Command } from 'commander';
import { kindReference } from '../../app/reference.ts';
import { table } from '../table.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

export function kindsVerb(program: Command, terminal: Terminal): void {
  program
    .command('kinds')
    .argument('[name]', 'one of them, with its example')
    .description('list the kinds of probes and channels')
    .option('--json', 'as JSON')
    .action((name: string | undefined, options: { readonly json?: boolean }) => {
      const all = kindReference();
      const chosen = name === undefined ? all : all.filter((k) => k.name === name);
      if (chosen.length === 0) {
        terminal.err(`no kind ${name ?? ''}; there are: ${all.map((k) => k.name).join(', ')}\n`);
        throw new Exit(1);
      }
      if (options.json === true) printJson(terminal, { items: chosen, next: null });
      else if (name === undefined)
        terminal.out(
          table(
            all.map((k) => [k.of, k.name, k.description]),
            terminal.columns,
          ),
        );
      else
        for (const k of chosen)
          terminal.out(
            `${paint(terminal, 'bold', `${k.name} (${k.of})`)}\n${k.description}\n${k.steps.length === 0 ? '' : `\nsteps: ${k.steps.map((s) => `${s.name} (${s.kind})`).join(', ')}\n`}\n${k.example.trimEnd()}\n`,
          );
    });
}
