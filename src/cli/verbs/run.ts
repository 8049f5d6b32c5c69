/*
 * tocsin run [--data DIR] [--listen HOST:PORT] [--once]
 *
 *   tocsin run -c /etc/tocsin --data /var/lib/tocsin
 *   tocsin run --once               every probe once, a table, the end
 *
 * The daemon. SIGHUP or a changed file reloads; SIGTERM or SIGINT drains: no more probes, deliveries get a
 * bounded time, the log is closed. Exit 0 · 2: bad configuration, or a data folder or address that cannot be had.
 */
import type { Command } from 'commander';
import { runDaemon } from '../../app/run-daemon.ts';
import { hostAndPort, pathsOf, refuse, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { runOnce } from '../run-once.ts';
import { untilStopped } from '../until-stopped.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends ConfigOption {
  readonly data?: string;
  readonly listen?: { readonly host: string; readonly port: number };
  readonly once?: boolean;
  readonly json?: boolean;
}

export function runVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('run'))
    .description('probe, decide and page until stopped')
    .option('--data <dir>', 'the data folder (default: log.path of the configuration)')
    .option('--listen <host:port>', 'where the API and the page listen', hostAndPort)
    .option('--once', 'run every probe once, print a table, end')
    .option('--json', 'with --once: results as JSON')
    .action(async (options: Options) => {
      await (options.once === true
        ? runOnce(terminal, pathsOf(options, terminal), options.json === true)
        : run(terminal, options));
    });
}

async function run(terminal: Terminal, options: Options): Promise<void> {
  const started = await runDaemon({
    paths: pathsOf(options, terminal),
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(options.listen === undefined ? {} : { listen: options.listen }),
    env: terminal.env,
    screen: { write: terminal.out, colour: terminal.colour, columns: terminal.columns },
    logs: { write: terminal.err, readable: process.stderr.isTTY, colour: terminal.colour },
  });
  if (started.kind === 'refused') refuse(terminal, started.diagnostics, started.sources);
  await using tocsin = started.tocsin;
  terminal.err(`tocsin listens on ${tocsin.url}, writes to ${tocsin.dataFolder}\n`);
  const why = await untilStopped(() => void tocsin.reload());
  terminal.err(`tocsin stops (${why}): no more probes, what is to be said goes out first\n`);
}
