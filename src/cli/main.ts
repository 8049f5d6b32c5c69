import { Command } from 'commander';
import { version } from '../app/version.ts';
import { Exit, processTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { checkVerb } from './verbs/check.ts';
import { demoVerb } from './verbs/demo.ts';
import { drillVerb } from './verbs/drill.ts';
import { exportVerb } from './verbs/export.ts';
import { graphVerb } from './verbs/graph.ts';
import { historyVerb } from './verbs/history.ts';
import { impactVerb } from './verbs/impact.ts';
import { importVerb } from './verbs/import.ts';
import { incidentsVerb } from './verbs/incidents.ts';
import { initVerb } from './verbs/init.ts';
import { kindsVerb } from './verbs/kinds.ts';
import { probeVerb } from './verbs/probe.ts';
import { replayVerb } from './verbs/replay.ts';
import { reportVerb } from './verbs/report.ts';
import { runVerb } from './verbs/run.ts';
import { schemaVerb } from './verbs/schema.ts';
import { statsVerb } from './verbs/stats.ts';
import { statusVerb } from './verbs/status.ts';

const VERBS = [
  initVerb,
  importVerb,
  runVerb,
  checkVerb,
  probeVerb,
  impactVerb,
  drillVerb,
  graphVerb,
  statusVerb,
  incidentsVerb,
  historyVerb,
  replayVerb,
  exportVerb,
  reportVerb,
  statsVerb,
  schemaVerb,
  kindsVerb,
  demoVerb,
];

const terminal = processTerminal();
try {
  await command(terminal).parseAsync();
} catch (error) {
  process.exitCode = codeFor(error);
}

function command(on: Terminal): Command {
  const program = new Command('tocsin')
    .description('rings when something that you depend on breaks')
    .version(version())
    .showHelpAfterError()
    .exitOverride();
  for (const verb of VERBS) verb(program, on);
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
