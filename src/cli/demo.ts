import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { exampleConfiguration } from '../app/example-configuration.ts';
import { runDaemon } from '../app/run-daemon.ts';
import type { RunOptions, RunningTocsin } from '../app/run-daemon.ts';
import { startControl } from '../world/control.ts';
import { mendAll } from '../world/switches.ts';
import type { WorldSwitch } from '../world/switches.ts';
import { startWorld } from '../world/world.ts';
import type { World } from '../world/world.ts';
import { refuse } from './options.ts';
import { ago, stateWord } from './state-words.ts';
import { table } from './table.ts';
import { Exit, paint } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { untilStopped } from './until-stopped.ts';

type DaemonEvent = Parameters<NonNullable<RunOptions['listener']>>[0];

interface DemoOptions {
  readonly prompt: boolean;
  readonly dataFolder: string;
}

/** Starts the world, then the daemon that watches it; ends when stopped or when the prompt is left. */
export async function demo(terminal: Terminal, options: DemoOptions): Promise<void> {
  await using world = await startWorld({ ports: 'fixed', directory: join(options.dataFolder, 'world') }).catch(
    (error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'WorldError') throw error;
      terminal.err(`${error.message}\nis another demo running on this machine?\n`);
      throw new Exit(2);
    },
  );
  await using control = await startControl({
    switches: world.switches,
    port: 9716,
    watchedAt: 'http://127.0.0.1:9700',
  });
  const started = await runDaemon({
    paths: [exampleConfiguration(terminal.folder)],
    data: options.dataFolder,
    env: terminal.env,
    screen: { write: terminal.out, colour: terminal.colour, columns: terminal.columns },
    logs: { write: terminal.err, readable: process.stderr.isTTY, colour: terminal.colour, level: 'warn' },
    listener: (event) => narrate(terminal, event),
  });
  if (started.kind === 'refused') refuse(terminal, started.diagnostics, started.sources);
  await using tocsin = started.tocsin;
  await tocsin.daemon.ready;
  greet(terminal, tocsin, control.url, options.prompt);
  standing(terminal, tocsin);
  const left = options.prompt ? prompt(terminal, tocsin, world) : undefined;
  const why = await untilStopped(() => void tocsin.reload(), left);
  terminal.err(`the demo ends (${why})\n`);
}

function greet(terminal: Terminal, tocsin: RunningTocsin, controlUrl: string, prompted: boolean): void {
  terminal.out(`\n${paint(terminal, 'bold', 'Tocsin watches a small world on loopback.')}\n\n`);
  terminal.out(
    table(
      [
        ['page', `${tocsin.url}/`],
        ['break things', prompted ? `here (type help), or on ${controlUrl}` : controlUrl],
        ['log', tocsin.dataFolder],
        ['stop', 'Ctrl-C'],
      ],
      terminal.columns,
    ),
  );
}

/** What is probed, and how it stands. */
function standing(terminal: Terminal, tocsin: RunningTocsin): void {
  const now = Date.now();
  const rows = tocsin.daemon.view
    .services()
    .flatMap((service) =>
      service.capabilities.map((c, i) => [
        i === 0 ? service.service : '',
        stateWord(terminal, c.state),
        c.capability.slice(service.service.length + 1),
        i === 0
          ? service.probes
              .map((p) => `${p.kind} ${p.probe.slice(service.service.length + 1)}, ${ago(p.lastAt, now)}`)
              .join('; ')
          : '',
      ]),
    );
  terminal.out(`\n${table(rows, terminal.columns)}`);
}

/** First failures and what was decided, as they happen; the pages themselves are printed by the terminal channel. */
function narrate(terminal: Terminal, event: DaemonEvent): void {
  const at = new Date().toISOString().slice(11, 19);
  if (event.kind === 'observed' && event.observation.outcome === 'fail' && event.observation.cause === 'schedule') {
    terminal.out(`${paint(terminal, 'dim', at)} ${event.observation.probe} fails: ${event.observation.class ?? ''}\n`);
  }
  if (event.kind === 'decided' && event.decision !== 'opened') {
    terminal.out(`${paint(terminal, 'dim', at)} ${event.incident} ${event.decision}: ${event.reason}\n`);
  }
}

async function prompt(terminal: Terminal, tocsin: RunningTocsin, world: World): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: 'tocsin> ' });
  switches(terminal, world.switches);
  lines.prompt();
  for await (const line of lines) {
    const word = line.trim();
    if (word === 'quit' || word === 'exit') break;
    await obey(terminal, tocsin, world, word).catch((error: unknown) =>
      terminal.out(`${error instanceof Error ? error.message : String(error)}\n`),
    );
    lines.prompt();
  }
  lines.close();
  return 'the prompt was left';
}

async function obey(terminal: Terminal, tocsin: RunningTocsin, world: World, word: string): Promise<void> {
  if (word === '') return;
  if (word === 'help' || word === '?') {
    switches(terminal, world.switches);
    return;
  }
  if (word === 'status') {
    standing(terminal, tocsin);
    return;
  }
  if (word === 'mend') {
    await mendAll(world.switches);
    terminal.out('everything is mended; the resolve follows when the probes have seen it\n');
    return;
  }
  const chosen = world.switches[Number(word) - 1] ?? world.switches.find((s) => s.id === word);
  if (chosen === undefined) {
    terminal.out(`no switch ${word}; type help\n`);
    return;
  }
  await (chosen.active ? chosen.off() : chosen.on());
  terminal.out(`${chosen.title}: ${chosen.active ? 'on' : 'off'}. ${chosen.active ? chosen.describe : ''}\n`);
}

function switches(terminal: Terminal, all: readonly WorldSwitch[]): void {
  terminal.out(
    `\n${table(
      all.map((s, i) => [String(i + 1), s.active ? paint(terminal, 'red', 'on') : 'off', s.title]),
      terminal.columns,
    )}`,
  );
  terminal.out('a number breaks or mends; mend, status, quit\n');
}
