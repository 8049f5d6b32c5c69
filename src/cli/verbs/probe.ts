/*
 * tocsin probe SERVICE/PROBE [--json]
 * tocsin probe --kind KIND --set key=value…
 *
 *   tocsin probe rekor/log
 *   tocsin probe --kind http --set url=https://example.org/health --set expect.status=200
 *
 * One run now, outside of any daemon, with a transcript: each step, its time, what was compared with what.
 * Exit 0: pass · 1: fail · 3: unknown · 2: bad configuration.
 */
import type { Command } from 'commander';
import { probeAdHoc, probeOnce } from '../../app/probe-once.ts';
import type { ProbeOnceResult } from '../../app/probe-once.ts';
import { pathsOf, refuse, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { probeJson } from '../probe-json.ts';
import { Exit, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { transcript } from '../transcript.ts';

interface Options extends ConfigOption {
  readonly kind?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
}

export function probeVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('probe').argument('[service/probe]', 'a probe of the configuration'))
    .description('run one probe now and say what it saw')
    .option('--kind <kind>', 'a probe that is not in the configuration')
    .option('--set <key=value...>', "the kind's fields, with --kind")
    .option('--json', 'the run as JSON')
    .action(async (id: string | undefined, options: Options) => {
      const result = await ask(terminal, id, options);
      if (result.kind === 'refused') refuse(terminal, result.diagnostics, result.sources);
      if (result.kind !== 'ran') {
        terminal.err(
          `${result.kind === 'pushed' ? `${id ?? 'it'} is pushed by others: there is nothing to run` : `no probe ${id ?? ''} in this configuration; there are: ${result.known.join(', ') || 'none'}`}\n`,
        );
        throw new Exit(2);
      }
      if (options.json === true) printJson(terminal, probeJson(result.run));
      else terminal.out(transcript(terminal, result.run));
      const { outcome } = result.run.judged;
      if (outcome !== 'pass') throw new Exit(outcome === 'fail' ? 1 : 3);
    });
}

async function ask(terminal: Terminal, id: string | undefined, options: Options): Promise<ProbeOnceResult> {
  if (options.kind !== undefined) return probeAdHoc(options.kind, fields(options.set ?? []), terminal.env);
  if (id !== undefined) return probeOnce(pathsOf(options, terminal), id, terminal.env);
  terminal.err('name a probe (tocsin probe rekor/log), or describe one (--kind http --set url=…)\n');
  throw new Exit(2);
}

/** `a.b=1` as `{ a: { b: 1 } }`; values are JSON where they parse as such, text otherwise. */
function fields(settings: readonly string[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const setting of settings) {
    const at = setting.indexOf('=');
    const path = (at < 0 ? setting : setting.slice(0, at)).split('.');
    const last = path.pop() ?? '';
    let into = result;
    for (const key of path) {
      const inner: unknown = into[key];
      const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
      into[key] = next;
      into = next;
    }
    into[last] = at < 0 ? true : value(setting.slice(at + 1));
  }
  return result;
}

function value(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
