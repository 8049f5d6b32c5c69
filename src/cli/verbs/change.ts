/*
 * tocsin change SERVICE SUMMARY… [--at TIME] [--by NAME] [--link URL] [--url URL] [--token TOKEN] [--json]
 *
 * Changes: announces a change (a deploy, a moved name, a new key), which later pages list. Exit 0 · 1: refused.
 */
import type { Command } from 'commander';
import { tell, withWhom } from '../asking.ts';
import type { WhomOptions } from '../asking.ts';
import { moment } from '../options.ts';
import { printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface ChangeOptions extends WhomOptions {
  readonly at?: number;
  readonly by?: string;
  readonly link?: string;
}

interface Announced {
  readonly at: string;
  readonly service: string;
  readonly summary: string;
}

export function changeVerb(program: Command, terminal: Terminal): void {
  const command = program.command('change').argument('<service>', 'what is changed').argument('<summary...>', 'how');
  withWhom(command, terminal)
    .description('announces a change: pages about what begins after it list it')
    .option('--at <time>', 'when it took place: ISO 8601, or 10m for ten minutes ago (default: now)', moment)
    .option('--by <name>', "who made it (default: the token's name)")
    .option('--link <url>', 'where it is described')
    .action(async (service: string, summary: readonly string[], options: ChangeOptions) => {
      const body = {
        service,
        summary: summary.join(' '),
        ...(options.at === undefined ? {} : { at: new Date(options.at).toISOString() }),
        ...(options.by === undefined ? {} : { by: options.by }),
        ...(options.link === undefined ? {} : { url: options.link }),
      };
      const announced = await tell<Announced>(terminal, options, { method: 'POST', route: '/changes', body });
      if (options.json === true) printJson(terminal, announced);
      else terminal.out(`announced for ${announced.service} at ${announced.at}: ${announced.summary}\n`);
    });
}
