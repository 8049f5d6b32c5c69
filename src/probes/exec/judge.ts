import type { FailureClass } from '../../model/failure.ts';
import type { Judgement, Warning } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { judgementOf, type Finding } from '../judging/judgement.ts';
import { parseJson } from '../net/mask.ts';
import { MAX_KEPT, type Ran } from '../process/run-program.ts';
import type { ExecMeasured } from './measure.ts';
import { parsePluginOutput, stateOf } from './nagios.ts';
import type { ExecOptions } from './options.ts';
import { parseReport } from './report.ts';

/** The one step. */
export const RUN = 'run';

const MAX_SAID = 300;
const MAX_EVIDENCE = 4000;

/** What an exit amounts to. */
interface Verdict {
  readonly finding?: Finding;
  /** The program could not tell: the run is unknown. */
  readonly unknown?: { readonly class: FailureClass; readonly message: string };
  readonly warnings?: readonly Warning[];
}

/** What a run amounts to. Pure. */
export function judgeExec(measured: ExecMeasured, options: ExecOptions): Judgement {
  const verdict = verdictOf(measured, options);
  const failing = verdict.finding ?? verdict.unknown;
  const judgement = judgementOf([{ name: RUN, kind: 'read', ms: measured.ms }], verdict.finding, {
    warnings: verdict.warnings ?? [],
    ...(failing !== undefined && { evidence: evidenceOf(measured) }),
    variables: variablesOf(measured, options),
  });
  return verdict.unknown === undefined ? judgement : { ...judgement, ...verdict.unknown, outcome: 'unknown' };
}

/** The monitor's own fault in a program's word for it, if that is its word. */
export function unknownOf(ran: Ran, options: ExecOptions): Verdict['unknown'] {
  return verdictOf(ran, options).unknown;
}

function verdictOf(ran: Ran, options: ExecOptions): Verdict {
  const tried = `run ${programOf(options)}`;
  switch (ran.ending.kind) {
    case 'exited':
      return verdictOfExit(ran, ran.ending.code, tried, options);
    case 'flooded':
      return failing('protocol.too_large', `${tried}: said more than a program may, killed`);
    case 'deadline':
      return failing('latency.timeout', `${tried}: not done within the deadline, killed${said(ran)}`);
    // Told by the measurement's own fault.
    case 'killed':
    case 'called-off':
    case 'not-started':
      return failing('probe.resources', `${tried}: ${ran.ending.kind}`);
  }
}

function verdictOfExit(ran: Ran, code: number, tried: string, { protocol }: ExecOptions): Verdict {
  const words = `${tried}: exit ${code}${said(ran)}`;
  switch (protocol) {
    case 'exit':
      return code === 0 ? {} : failing('semantic.exit_status', words, 'exit 0', `exit ${code}`);
    case 'nagios': {
      const state = stateOf(code);
      if (state === 'OK') return {};
      if (state === 'WARNING') return { warnings: [{ class: 'semantic.exit_status', message: words }] };
      if (state === 'UNKNOWN') return { unknown: { class: 'probe.misconfigured', message: words } };
      return failing('semantic.exit_status', words, 'OK', `${state} (exit ${code})`);
    }
    case 'json':
      return code === 0
        ? verdictOfReport(ran, tried)
        : failing('semantic.exit_status', words, 'exit 0', `exit ${code}`);
  }
}

function verdictOfReport(ran: Ran, tried: string): Verdict {
  const parsed = parseReport(ran.stdout);
  if (!parsed.ok && Buffer.byteLength(ran.stdout) >= MAX_KEPT) {
    return failing('protocol.too_large', `${tried}: its report is longer than ${MAX_KEPT} bytes`);
  }
  if (!parsed.ok) {
    return failing('protocol.malformed', `${tried}: its output is ${parsed.why}${said(ran)}`, 'a report', parsed.why);
  }
  const { outcome, message } = parsed.report;
  const words = `${tried}: ${outcome}${message === undefined ? '' : `: ${printable(message, MAX_SAID)}`}`;
  switch (outcome) {
    case 'pass':
      return {};
    case 'fail':
      return failing(parsed.report.class ?? 'semantic.exit_status', words, 'outcome pass', 'outcome fail');
    case 'unknown':
      return { unknown: { class: parsed.report.class ?? 'probe.misconfigured', message: words } };
  }
}

/** The program without its arguments: those may be long, and hold what is nobody's business. */
export function programOf({ command }: ExecOptions): string {
  return command[0] ?? '';
}

function failing(failureClass: FailureClass, message: string, expected?: string, got?: string): Verdict {
  return { finding: { step: RUN, class: failureClass, message, expected, got } };
}

/** The first thing it said, on whichever output. */
function said({ stdout, stderr }: Ran): string {
  const words = printable((stdout.trim() || stderr.trim()).split('\n', 1)[0] ?? '', MAX_SAID);
  return words === '' ? '' : `: ${words}`;
}

function evidenceOf({ ending, stdout, stderr }: ExecMeasured) {
  return {
    ending: { ...ending },
    ...(stdout !== '' && { stdout: printable(stdout, MAX_EVIDENCE) }),
    ...(stderr !== '' && { stderr: printable(stderr, MAX_EVIDENCE) }),
  };
}

function variablesOf(
  { ending, stdout }: ExecMeasured,
  { protocol }: ExecOptions,
): { readonly [name: string]: unknown } {
  const json = protocol === 'nagios' ? parsePluginOutput(stdout).metrics : parseJson(stdout);
  return {
    ...(ending.kind === 'exited' && { status: ending.code }),
    body: stdout,
    ...(json !== undefined && { json }),
  };
}
