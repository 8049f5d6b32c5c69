/*
 * tocsin check [PATH…] [--strict] [--no-secrets] [--json] [--format text | json | sarif | github] [--changed-since REV]
 *
 *   tocsin check                             ./config, else ./tocsin.yaml
 *   tocsin check teams/ --strict             warnings fail too
 *   tocsin check --format sarif > out.sarif  for code scanning
 *   tocsin check --changed-since origin/main only what this branch brings, and whom it hits anew
 *
 * Reads only. Exit 0: clean, or only warnings · 1: warnings with --strict · 2: errors, or no such revision. With
 * --changed-since only new findings count.
 */
import { Option } from 'commander';
import type { Command } from 'commander';
import { checkConfiguration, checkRevision, checkWithoutSecrets } from '../../app/check-configuration.ts';
import type { Checked } from '../../app/check-configuration.ts';
import { acceptedJson, findingJson } from '../../app/finding-json.ts';
import { configurationPaths } from '../../app/load.ts';
import { version } from '../../app/version.ts';
import { changedFindings } from '../../core/lint/changed-findings.ts';
import type { ChangedFindings } from '../../core/lint/changed-findings.ts';
import { changedImpact } from '../../core/lint/changed-impact.ts';
import type { ChangedEffect } from '../../core/lint/changed-impact.ts';
import { compileGraph } from '../../core/graph/graph.ts';
import type { Diagnostic } from '../../model/configuration.ts';
import { annotations } from '../check/annotations.ts';
import { impactSentences } from '../check/changes.ts';
import { report, summary } from '../check/report.ts';
import { sarif } from '../check/sarif.ts';
import { count, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

const FORMATS = ['text', 'json', 'sarif', 'github'] as const;

interface Options extends ConfigOption {
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly secrets: boolean;
  readonly format: (typeof FORMATS)[number];
  readonly changedSince?: string;
}

export function checkVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('check').argument('[path...]', 'files and folders, instead of --config'))
    .description('say everything that is wrong or risky in a configuration')
    .option('--strict', 'warnings fail too')
    .option('--no-secrets', 'take variables and files that are missing as given, as where CI has no secrets')
    .option('--json', 'findings as JSON: short for --format json')
    .addOption(new Option('--format <format>', 'how to say it').choices(FORMATS).default('text'))
    .option('--changed-since <revision>', 'only what is new since this git revision, and what impact changes')
    .action(async (paths: string[], options: Options) => {
      await check(terminal, [...paths, ...(options.config ?? [])], options);
    });
}

/** What changed since a revision. */
interface Changes extends ChangedFindings {
  readonly revision: string;
  readonly impact: readonly ChangedEffect[];
}

async function check(terminal: Terminal, given: readonly string[], options: Options): Promise<void> {
  const paths = configurationPaths(given, terminal.folder);
  const now = await (options.secrets ? checkConfiguration : checkWithoutSecrets)(paths, terminal.env);
  const changes =
    options.changedSince === undefined ? undefined : await changesSince(options.changedSince, paths, now, terminal);
  const shown: Checked = changes === undefined ? now : { ...now, findings: changes.added };
  const errors = shown.findings.filter((f) => f.severity === 'error').length;
  const warnings = shown.findings.filter((f) => f.severity === 'warning').length;
  switch (options.json === true ? 'json' : options.format) {
    case 'json':
      printJson(terminal, {
        ok: errors === 0,
        errors,
        warnings,
        findings: shown.findings.map(findingJson),
        accepted: shown.accepted.map(acceptedJson),
        ...(changes === undefined ? {} : { changes: changesJson(changes) }),
      });
      break;
    case 'sarif':
      printJson(terminal, sarif({ ...shown, version: version(), folder: terminal.folder }));
      break;
    case 'github':
      terminal.out(annotations(shown.findings));
      terminal.err(summary(terminal, shown.findings, shown.accepted.length));
      break;
    case 'text':
      terminal.out(changes === undefined ? report(terminal, shown) : changeReport(terminal, shown, changes));
      break;
  }
  if (errors > 0) throw new Exit(2);
  if (warnings > 0 && options.strict === true) throw new Exit(1);
}

/** Compares with a revision; one that was not valid then is as if there had been nothing. */
async function changesSince(
  revision: string,
  paths: readonly string[],
  now: Checked,
  terminal: Terminal,
): Promise<Changes> {
  const then = await checkRevision(revision, paths, terminal.env);
  if (then.configuration === undefined) {
    const [first] = then.findings;
    const more = then.findings.length > 1 ? ` and ${String(then.findings.length - 1)} more` : '';
    terminal.err(
      `the configuration at ${revision} is not valid (${first?.message ?? ''}${more}): all of this is new\n`,
    );
  }
  const isComparable = then.configuration !== undefined && now.configuration !== undefined;
  return {
    revision,
    ...changedFindings(isComparable ? then.findings : [], now.findings),
    impact:
      then.configuration !== undefined && now.configuration !== undefined
        ? changedImpact(compileGraph(then.configuration), compileGraph(now.configuration))
        : [],
  };
}

function changesJson({ revision, gone, stayed, impact }: Changes): unknown {
  return { since: revision, gone: gone.map(findingJson), stayed, impact, sentences: impactSentences(impact) };
}

function changeReport(terminal: Terminal, shown: Checked, { revision, gone, stayed, impact }: Changes): string {
  const part = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `${paint(terminal, 'bold', title)}\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
  const goneLine = ({ code, subject }: Diagnostic): string => `${code} ${subject}`;
  const added =
    shown.findings.length === 0
      ? `no new findings since ${revision} (${count(stayed, 'older one')})\n`
      : `${report(terminal, { ...shown, accepted: [] })}new since ${revision}; ${count(stayed, 'older one')} not shown\n`;
  return `${part('Impact', impactSentences(impact))}${part('Gone', gone.map(goneLine))}${added}`;
}
