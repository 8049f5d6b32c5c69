import type { Facts, Measured } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { maskFor } from '../net/mask.ts';
import { ownFaultOfEnding } from '../process/program-fault.ts';
import { MINIMAL_ENVIRONMENT, runProgram, type Ran } from '../process/run-program.ts';
import { programOf, unknownOf } from './judge.ts';
import type { ExecOptions } from './options.ts';
import { parseReport } from './report.ts';

/** What a run of an `exec` probe brought home; secrets of its environment are masked. */
export interface ExecMeasured extends Measured, Ran {}

/** Runs the program once. */
export async function measureExec(options: ExecOptions, context: RunContext): Promise<ExecMeasured> {
  const [file = '', ...args] = options.command;
  const env = Object.fromEntries(Object.entries(options.env).map(([name, value]) => [name, value.reveal()]));
  const ran = await runProgram({ file, args, env: { ...MINIMAL_ENVIRONMENT, ...env } }, context);
  const mask = maskFor(options);
  const kept: Ran = { ...ran, stdout: mask.cutOff(mask.json(ran.stdout)), stderr: mask.cutOff(ran.stderr) };
  const ownFault = ownFaultOfEnding(kept.ending, `run ${programOf(options)}`) ?? unknownOf(kept, options);
  return { ...kept, facts: factsOf(kept, options), ...(ownFault !== undefined && { ownFault }) };
}

function factsOf({ ending, stdout }: Ran, { protocol }: ExecOptions): Facts {
  if (protocol !== 'json' || ending.kind !== 'exited') return {};
  const parsed = parseReport(stdout);
  return parsed.ok ? (parsed.report.facts ?? {}) : {};
}
