import type { Checked } from '../../app/check-configuration.ts';
import { renderFindings } from '../../app/load.ts';
import { resultingTiers } from '../../core/graph/tiers.ts';
import { serviceName } from '../../core/lint/acceptance.ts';
import type { Configuration, Diagnostic } from '../../model/configuration.ts';
import { count } from '../options.ts';
import { paint } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

const WORST_FIRST = ['error', 'warning', 'info'] as const;

/**
 * Findings as a person reads them: those of a service together, under its name, tier and owner; services in the
 * order of the text, what belongs to none first. Ends with a summary.
 */
export function report(terminal: Terminal, { findings, accepted, sources, configuration }: Checked): string {
  if (findings.length === 0 && accepted.length === 0)
    return `${paint(terminal, 'green', 'clean')}: nothing to say about ${count(sources.length, 'file')}\n`;
  const groups = byService(findings, configuration);
  const blocks = groups.map(
    ([heading, list]) => `${headed(terminal, heading)}${renderFindings(list, sources, terminal)}\n`,
  );
  const lines = accepted.map(
    ({ finding, acceptance }) =>
      `${paint(terminal, 'dim', 'accepted')}  ${finding.code} ${finding.subject} until ${acceptance.until}: ${acceptance.because}\n`,
  );
  return [
    ...blocks,
    ...(lines.length === 0 ? [] : [lines.join('')]),
    summary(terminal, findings, accepted.length),
  ].join('\n');
}

/** `2 errors, 3 warnings, 1 remark; 1 accepted`, and which codes they have. */
export function summary(terminal: Terminal, findings: readonly Diagnostic[], accepted: number): string {
  const of = (severity: Diagnostic['severity']): readonly Diagnostic[] =>
    findings.filter((f) => f.severity === severity);
  const [errors, warnings, infos] = [of('error').length, of('warning').length, of('info').length];
  const parts = [
    paint(terminal, errors > 0 ? 'red' : 'green', count(errors, 'error')),
    count(warnings, 'warning'),
    ...(infos > 0 ? [count(infos, 'remark')] : []),
  ];
  const codes = WORST_FIRST.flatMap((severity) => tally(of(severity)).map((text) => `  ${text}\n`));
  return `${parts.join(', ')}${accepted === 0 ? '' : `; ${String(accepted)} accepted`}\n${codes.join('')}`;
}

function tally(findings: readonly Diagnostic[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([code, n]) => `${String(n).padStart(4)}  ${code}`);
}

interface Heading {
  readonly name: string;
  readonly details: string;
}

function byService(
  findings: readonly Diagnostic[],
  configuration: Configuration | undefined,
): readonly (readonly [Heading | null, readonly Diagnostic[]])[] {
  if (configuration === undefined) return [[null, findings]];
  const services = new Map(configuration.services.map((service) => [service.id as string, service]));
  const tiers = resultingTiers(configuration);
  const groups = new Map<string, Diagnostic[]>([['', []]]);
  for (const finding of findings) {
    const name = serviceName(finding.subject);
    const key = services.has(name) ? name : '';
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups].flatMap(([name, list]) => {
    if (list.length === 0) return [];
    const service = services.get(name);
    if (service === undefined) return [[{ name: 'the whole', details: '' }, list] as const];
    const details = [
      `tier ${String(tiers.get(service.id) ?? 1)}`,
      service.owner ?? 'no owner',
      ...(service.title === undefined ? [] : [service.title]),
      ...(service.external ? ['external'] : []),
    ];
    return [[{ name, details: details.join(' · ') }, list] as const];
  });
}

function headed(terminal: Terminal, heading: Heading | null): string {
  if (heading === null) return '';
  const { name, details } = heading;
  const rule = '─'.repeat(Math.max(3, terminal.columns - name.length - details.length - (details === '' ? 4 : 6)));
  const words = details === '' ? '' : `  ${paint(terminal, 'dim', details)}`;
  return `${paint(terminal, 'dim', '──')} ${paint(terminal, 'bold', name)}${words} ${paint(terminal, 'dim', rule)}\n\n`;
}
