import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { checkConfiguration } from '../app/check-configuration.ts';
import { configurationPaths, renderFindings } from '../app/load.ts';
import type { Configuration, Diagnostic } from '../model/configuration.ts';
import { Exit } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** `--config PATH…`, as every verb takes it. */
export interface ConfigOption {
  readonly config?: readonly string[];
}

/** Adds `--config`. */
export function withConfig(command: Command): Command {
  return command.option(
    '-c, --config <path...>',
    'files and folders of configuration (default: ./config, else ./tocsin.yaml)',
  );
}

/** The paths that were given, or the default ones. */
export function pathsOf(options: ConfigOption, terminal: Terminal): readonly string[] {
  return configurationPaths(options.config ?? [], terminal.folder);
}

/** A valid configuration, or every mistake on stderr and exit 2. */
export async function validConfiguration(options: ConfigOption, terminal: Terminal): Promise<Configuration> {
  const checked = await checkConfiguration(pathsOf(options, terminal), terminal.env);
  if (checked.configuration !== undefined) return checked.configuration;
  refuse(terminal, checked.findings, checked.sources);
}

/** Says every mistake and ends with 2. */
export function refuse(
  terminal: Terminal,
  diagnostics: readonly Diagnostic[],
  sources: readonly { readonly file: string; readonly text: string }[],
): never {
  terminal.err(`${renderFindings(diagnostics, sources, terminal)}\n\n`);
  terminal.err(`the configuration is not valid: ${count(diagnostics.length, 'mistake')}; nothing was changed\n`);
  throw new Exit(2);
}

/** `1 mistake`, `3 mistakes`. */
export function count(n: number, word: string): string {
  return `${String(n)} ${word}${n === 1 ? '' : 's'}`;
}

/** `HOST:PORT`, for commander. */
export function hostAndPort(text: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  if (host === undefined || port > 65_535) throw new InvalidArgumentError('write it like 127.0.0.1:9700 or [::1]:9700');
  return { host, port };
}

/** A whole number in a range, for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`a whole number from ${String(min)} to ${String(max)}`);
    return value;
  };
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as the configuration language writes it, for commander. */
export function durationMs(text: string): number {
  if (!/^(?:\d+(?:ms|s|m|h|d))+$/.test(text))
    throw new InvalidArgumentError('write it like 500ms, 30s, 10m, 1h30m or 7d');
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g))
    total += Number(amount) * (UNITS_MS[unit ?? ''] ?? 0);
  return total;
}

/** A moment: ISO 8601 with its zone, or a duration before now; milliseconds, for commander. */
export function moment(text: string): number {
  if (/^(?:\d+(?:ms|s|m|h|d))+$/.test(text)) return Date.now() - durationMs(text);
  const at = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('write it like 2026-01-31T09:00:00Z, or 2h for two hours ago');
  return at;
}

/** A moment to come: ISO 8601 with its zone, or a duration from now; ISO 8601, for commander. */
export function momentAhead(text: string): string {
  if (/^(?:\d+(?:ms|s|m|h|d))+$/.test(text)) return new Date(Date.now() + durationMs(text)).toISOString();
  const at = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('write it like 2026-01-31T09:00:00Z, or 2h for two hours from now');
  return new Date(at).toISOString();
}
