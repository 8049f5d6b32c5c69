/*
 * tocsin check [PATH…] [--strict] [--json]
 *
 *   tocsin check                    ./config, else ./tocsin.yaml
 *   tocsin check teams/ --strict    warnings fail too
 *
 * Reads only. Exit 0: clean, or only warnings · 1: warnings with --strict · 2: errors.
 */
import type { Command } from 'commander';
import { checkConfiguration } from '../../app/check-configuration.ts';
import { configurationPaths, renderFindings } from '../../app/load.ts';
import type { Diagnostic } from '../../model/configuration.ts';
import { count, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends ConfigOption {
  readonly strict?: boolean;
  readonly json?: boolean;
}

export function checkVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('check').argument('[path...]', 'files and folders, instead of --config'))
    .description('say everything that is wrong or risky in a configuration')
    .option('--strict', 'warnings fail too')
    .option('--json', 'findings as JSON')
    .action(async (paths: string[], options: Options) => {
      await check(terminal, [...paths, ...(options.config ?? [])], options);
    });
}

async function check(terminal: Terminal, given: readonly string[], options: Options): Promise<void> {
  const { findings, sources } = await checkConfiguration(configurationPaths(given, terminal.folder), terminal.env);
  const errors = findings.filter((f) => f.severity === 'error').length;
  const warnings = findings.filter((f) => f.severity === 'warning').length;
  if (options.json === true) printJson(terminal, { ok: errors === 0, errors, warnings, findings: findings.map(flat) });
  else if (findings.length > 0)
    terminal.out(
      `${renderFindings(findings, sources, terminal)}\n\n${summary(terminal, errors, warnings, findings.length)}\n`,
    );
  else terminal.out(`${paint(terminal, 'green', 'clean')}: nothing to say about ${count(sources.length, 'file')}\n`);
  if (errors > 0) throw new Exit(2);
  if (warnings > 0 && options.strict === true) throw new Exit(1);
}

function summary(terminal: Terminal, errors: number, warnings: number, all: number): string {
  const parts = [paint(terminal, errors > 0 ? 'red' : 'green', count(errors, 'error')), count(warnings, 'warning')];
  const infos = all - errors - warnings;
  return [...parts, ...(infos > 0 ? [count(infos, 'remark')] : [])].join(', ');
}

/** A finding as contracts say: the place's parts stand beside the rest. */
function flat({ code, severity, subject, message, place, path, help }: Diagnostic): Record<string, unknown> {
  return {
    code,
    severity,
    subject,
    message,
    ...place,
    ...(path === undefined ? {} : { path }),
    ...(help === undefined ? {} : { help }),
  };
}
