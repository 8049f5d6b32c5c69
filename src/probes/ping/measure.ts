import { isIP } from 'node:net';
import type { Measured } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { ownFaultAmong } from '../judging/addresses.ts';
import type { Finding } from '../judging/judgement.ts';
import { eachAddress, factsOfLookup } from '../net/each-address.ts';
import type { Stopped } from '../net/stopped.ts';
import { ownFaultOfEnding } from '../process/program-fault.ts';
import { MINIMAL_ENVIRONMENT, runProgram, type Ran } from '../process/run-program.ts';
import type { PingOptions } from './options.ts';
import { parseSummary, type PingSummary } from './summary.ts';

/** The one step. */
export const ECHO = 'echo';

/** What one address answered. */
export interface PingAttempt {
  readonly address: string;
  readonly ms: number;
  readonly summary?: PingSummary;
  readonly stopped?: Stopped;
}

/** What a run of a `ping` probe brought home. */
export interface PingMeasured extends Measured {
  readonly lookup?: Stopped;
  readonly lookupMs: number;
  readonly attempts: readonly PingAttempt[];
}

const INTERVAL_S = 0.2;
/** For the last answer, and never more than half of the run's time. */
const MAX_WAIT_S = 2;
/** ICMP has no ports; the guard is asked about the address alone. */
const NO_PORT = 0;

/** Sends echo requests to each address by the system's ping, which may do so where we may not. */
export async function measurePing(
  options: PingOptions,
  context: RunContext,
  env: Readonly<Record<string, string>> = MINIMAL_ENVIRONMENT,
): Promise<PingMeasured> {
  const { found, tried } = await eachAddress(options.host, options, context, async (address) => {
    const verdict = context.guard(address, NO_PORT);
    if (!verdict.allowed) {
      const message = `ping ${options.host} at ${address}: not allowed (${verdict.reason})`;
      return { address, ms: 0, stopped: { at: 'guard', class: 'probe.misconfigured', message } } as const;
    }
    return attemptOf(
      address,
      options,
      await runProgram({ file: 'ping', args: argumentsFor(address, options, context.timeoutMs), env }, context),
    );
  });
  return {
    facts: factsOfLookup(found),
    phases: { dns: found.ms },
    ...(tried[0] !== undefined && { address: tried[0].address }),
    ...ownFaultAmong(
      found.stopped,
      tried.map((attempt) => ({ ...attempt, finding: findingOf(attempt, options) })),
    ),
    ...(found.stopped !== undefined && { lookup: found.stopped }),
    lookupMs: found.ms,
    attempts: tried,
  };
}

/** What is wrong with one address, if anything. */
export function findingOf({ address, stopped, summary }: PingAttempt, { host }: PingOptions): Finding | undefined {
  if (stopped !== undefined) return { step: ECHO, class: stopped.class, message: stopped.message };
  if (summary === undefined || summary.received > 0) return undefined;
  const got = `none to ${summary.sent} requests`;
  const message = `ping ${host} at ${address}: expected an answer, got ${got}`;
  return { step: ECHO, class: 'connect.timeout', message, expected: 'an answer', got };
}

/** Only options of ours and a literal address behind `--`: nothing that a configuration says can become an option. */
function argumentsFor(address: string, { count }: PingOptions, timeoutMs: number): readonly string[] {
  const wait = Math.min(MAX_WAIT_S, timeoutMs / 2000);
  const family = isIP(address) === 6 ? '-6' : '-4';
  return ['-n', '-q', '-c', String(count), '-i', String(INTERVAL_S), '-W', String(wait), family, '--', address];
}

function attemptOf(address: string, { host }: PingOptions, ran: Ran): PingAttempt {
  const tried = `ping ${host} at ${address}`;
  const { ending, ms } = ran;
  const stop = (stopped: Omit<Stopped, 'at'>): PingAttempt => ({ address, ms, stopped: { at: 'connect', ...stopped } });
  const own = ownFaultOfEnding(ending, tried);
  if (own !== undefined) return stop(own);
  if (ending.kind === 'deadline') {
    return stop({ class: 'connect.timeout', code: 'DEADLINE', message: `${tried}: no answer within the deadline` });
  }
  const summary = parseSummary(ran.stdout);
  // 0: answered, 1: not answered. Anything else is ping's own trouble: no route, no permission.
  if (ending.kind === 'exited' && ending.code <= 1 && summary !== undefined) return { address, ms, summary };
  const said = printable((ran.stderr.trim() || ran.stdout.trim()).split('\n', 1)[0] ?? '', 200);
  const exit = ending.kind === 'exited' ? `exit ${ending.code}` : ending.kind;
  return stop({
    class: 'probe.network',
    message: `${tried}: could not be sent (${exit}${said === '' ? '' : `: ${said}`})`,
  });
}
