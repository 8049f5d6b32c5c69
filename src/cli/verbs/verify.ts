/*
 * tocsin verify SERVICE… [--for 2m] [--dependents] [--json]
 *
 *   tocsin verify rekor --for 5m --dependents
 *
 * After a change, for pipelines: runs the services' probes again and again, from this machine and outside of any
 * daemon, and prints the transcript of what failed. Ends at once when a failure is confirmed.
 * Exit 0: held · 1: failed · 3: unknown · 2: bad configuration, or nothing to run.
 */
import type { Command } from 'commander';
import { allKinds, NO_SCREEN } from '../../app/kinds.ts';
import { load } from '../../app/load.ts';
import { verifyServices } from '../../app/verify-services.ts';
import type { VerifiedServices } from '../../app/verify-services.ts';
import type { Verdict } from '../../model/view.ts';
import { count, durationMs, pathsOf, refuse, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { probeJson } from '../probe-json.ts';
import { table } from '../table.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { transcript } from '../transcript.ts';

interface Options extends ConfigOption {
  readonly for: number;
  readonly dependents?: boolean;
  readonly json?: boolean;
}

const TWO_MINUTES_MS = 120_000;
const EXIT: Readonly<Record<Verdict, number>> = { held: 0, failed: 1, unknown: 3 };

export function verifyVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('verify').argument('<service...>', 'what was changed'))
    .description('after a change: does it hold?')
    .option('--for <duration>', 'look for so long (default: 2m)', durationMs, TWO_MINUTES_MS)
    .option('--dependents', 'look at what needs it, too')
    .option('--json', 'the answer as JSON')
    .action(async (services: readonly string[], options: Options) => {
      const read = await load(pathsOf(options, terminal), allKinds(NO_SCREEN), terminal.env);
      if (!read.ok) refuse(terminal, read.diagnostics, read.sources);
      const dependents = options.dependents === true;
      const found = await verifyServices(read.loaded, { services, dependents, forMs: options.for });
      if ('kind' in found) {
        terminal.err(`${found.message}\n`);
        throw new Exit(2);
      }
      if (options.json === true) printJson(terminal, asJson(found));
      else show(terminal, found);
      if (found.verdict !== 'held') throw new Exit(EXIT[found.verdict]);
    });
}

function show(terminal: Terminal, { verdict, probes }: VerifiedServices): void {
  for (const each of probes)
    if (each.verdict === 'failed' && each.failure !== null) terminal.out(`${transcript(terminal, each.failure)}\n`);
  const rows = probes.map((each) => [
    word(terminal, each.verdict),
    each.probe,
    `${count(each.runs, 'run')}, ${String(each.failures)} failed`,
  ]);
  terminal.out(table(rows, terminal.columns));
  terminal.out(`${word(terminal, verdict)}\n`);
}

function word(terminal: Terminal, verdict: Verdict): string {
  const colour = { held: 'green', failed: 'red', unknown: 'yellow' } as const;
  const mark = { held: '●', failed: '■', unknown: '◌' };
  return paint(terminal, colour[verdict], `${mark[verdict]} ${verdict}`);
}

function asJson({ verdict, probes }: VerifiedServices): object {
  const items = probes.map(({ failure, ...each }) => ({
    ...each,
    failure: failure === null ? null : probeJson(failure),
  }));
  return { verdict, probes: items };
}
