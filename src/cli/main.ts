import { Command } from 'commander';
import { version } from '../app/version.ts';
import { Exit, processTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

type Verb = (program: Command, terminal: Terminal) => void;

/** Each verb brings its own rooms: one that is not asked for is not loaded, and `check` starts in half the time. */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  init: async () => (await import('./verbs/init.ts')).initVerb,
  import: async () => (await import('./verbs/import.ts')).importVerb,
  run: async () => (await import('./verbs/run.ts')).runVerb,
  check: async () => (await import('./verbs/check.ts')).checkVerb,
  probe: async () => (await import('./verbs/probe.ts')).probeVerb,
  verify: async () => (await import('./verbs/verify.ts')).verifyVerb,
  impact: async () => (await import('./verbs/impact.ts')).impactVerb,
  drill: async () => (await import('./verbs/drill.ts')).drillVerb,
  graph: async () => (await import('./verbs/graph.ts')).graphVerb,
  status: async () => (await import('./verbs/status.ts')).statusVerb,
  incidents: async () => (await import('./verbs/incidents.ts')).incidentsVerb,
  history: async () => (await import('./verbs/history.ts')).historyVerb,
  ack: async () => (await import('./verbs/on-incident.ts')).ackVerb,
  note: async () => (await import('./verbs/on-incident.ts')).noteVerb,
  label: async () => (await import('./verbs/on-incident.ts')).labelVerb,
  close: async () => (await import('./verbs/on-incident.ts')).closeVerb,
  silence: async () => (await import('./verbs/silence.ts')).silenceVerb,
  maintenance: async () => (await import('./verbs/maintenance.ts')).maintenanceVerb,
  change: async () => (await import('./verbs/change.ts')).changeVerb,
  channels: async () => (await import('./verbs/channels.ts')).channelsVerb,
  replay: async () => (await import('./verbs/replay.ts')).replayVerb,
  export: async () => (await import('./verbs/export.ts')).exportVerb,
  report: async () => (await import('./verbs/report.ts')).reportVerb,
  stats: async () => (await import('./verbs/stats.ts')).statsVerb,
  suggest: async () => (await import('./verbs/suggest.ts')).suggestVerb,
  schema: async () => (await import('./verbs/schema.ts')).schemaVerb,
  kinds: async () => (await import('./verbs/kinds.ts')).kindsVerb,
  demo: async () => (await import('./verbs/demo.ts')).demoVerb,
};

const terminal = processTerminal();
try {
  await (await command(terminal, process.argv[2])).parseAsync();
} catch (error) {
  process.exitCode = codeFor(error);
}

/** The whole command line; where the verb is known, with that one alone. */
async function command(on: Terminal, asked: string | undefined): Promise<Command> {
  const program = new Command('tocsin')
    .description('rings when something that you depend on breaks')
    .version(version())
    .showHelpAfterError()
    .exitOverride();
  const named = asked === undefined || !Object.hasOwn(VERBS, asked) ? undefined : VERBS[asked];
  for (const load of named === undefined ? Object.values(VERBS) : [named]) (await load())(program, on);
  return program;
}

/** What was said already ends quietly; what the operator can mend is one line; the rest is ours, and shows where. */
function codeFor(error: unknown): number {
  if (error instanceof Exit) return error.code;
  if (!(error instanceof Error)) throw error;
  if (error.name === 'CommanderError' && 'exitCode' in error) return Number(error.exitCode) === 0 ? 0 : 2;
  if (['LogError', 'ApiError', 'DaemonError', 'WorldError', 'ConfigError', 'ReplayError'].includes(error.name)) {
    terminal.err(`${error.message}\n`);
    return 2;
  }
  terminal.err(`${error.stack ?? error.message}\n`);
  return 70;
}
