import type { Measured, Phases } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { factsOfLookup, type EachAddress } from '../net/each-address.ts';
import type { Stopped } from '../net/stopped.ts';
import { factsOfTls, type TlsConnectionFacts } from '../net/tls-facts.ts';
import { findingOfAddresses, ownFaultAmong } from './addresses.ts';
import type { Finding } from './judgement.ts';

/** What came of trying one address; kinds add what they saw. */
export interface Attempt {
  readonly address: string;
  readonly phases: Phases;
  readonly stopped?: Stopped;
}

/** An attempt, with what its handshake showed: that becomes facts and is not kept twice. */
export interface Tried<A extends Attempt> {
  readonly attempt: A;
  readonly tls?: TlsConnectionFacts | undefined;
}

/** What a run brings home that tries each address of a name in the same way. */
export interface AttemptsMeasured<A extends Attempt> extends Measured {
  readonly startedAt: number;
  /** Why there was no address to try. */
  readonly lookup?: Stopped;
  readonly lookupMs: number;
  /** In the resolver's order. */
  readonly attempts: readonly A[];
}

/** Puts together what each address came to; the first one's connection gives phases and facts. */
export function measuredAttempts<A extends Attempt>(
  { found, tried }: EachAddress<Tried<A>>,
  findingOf: (attempt: A) => Finding | undefined,
  context: Pick<RunContext, 'startedAt'>,
): AttemptsMeasured<A> {
  const attempts = tried.map(({ attempt }) => attempt);
  const [first] = tried;
  const findings = attempts.map((attempt) => ({ ...attempt, finding: findingOf(attempt) }));
  return {
    facts: { ...factsOfLookup(found), ...factsOfTls(first?.tls) },
    phases: { dns: found.ms, ...first?.attempt.phases },
    ...(first !== undefined && { address: first.attempt.address }),
    ...ownFaultAmong(found.stopped, findings),
    ...(found.stopped !== undefined && { lookup: found.stopped }),
    lookupMs: found.ms,
    startedAt: context.startedAt,
    attempts,
  };
}

/** The finding of a whole run, if any, and the attempt to show for it: a failing one, else the first. */
export function findingOfRun<A extends Attempt>(
  { lookup, attempts }: Pick<AttemptsMeasured<A>, 'lookup' | 'attempts'>,
  findingOf: (attempt: A) => Finding | undefined,
  reach: string,
): { readonly finding: Finding | undefined; readonly shown: A | undefined } {
  const findings = attempts.map((attempt) => ({ attempt, ...attempt, finding: findingOf(attempt) }));
  const shown = findings.find((one) => one.finding !== undefined) ?? findings[0];
  const finding: Finding | undefined =
    lookup === undefined ? findingOfAddresses(findings) : { step: reach, class: lookup.class, message: lookup.message };
  return { finding, shown: shown?.attempt };
}
