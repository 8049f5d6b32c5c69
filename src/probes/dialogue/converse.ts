import type { Phases } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { findingOfAddresses, ownFaultAmong } from '../judging/addresses.ts';
import { keptChain } from '../judging/expiry.ts';
import { eachAddress, factsOfLookup } from '../net/each-address.ts';
import { factsOfTls, type TlsConnectionFacts } from '../net/tls-facts.ts';
import { addressFinding } from './judge-dialogue.ts';
import type { DialogueMeasured, Visit } from './measured.ts';
import { verdictOn, type Answer, type Known, type Question } from './question.ts';

/** Where questions are put to one address. Never throws for what the network or the target does. */
export interface Session<Asked, A extends Answer> {
  readonly ask: (asked: Asked) => Promise<A>;
  /** The answer with every secret that it may have brought back taken out. */
  readonly masked: (answer: A) => A;
  /** Of the first connection. */
  readonly phases: Phases;
  readonly tls: TlsConnectionFacts | undefined;
  readonly close: () => void;
}

/** Whom to talk to, and what about. */
export interface Dialogue<Asked, A extends Answer> {
  readonly host: string;
  readonly lookup: {
    readonly resolver?: string | undefined;
    readonly family?: 4 | 6 | undefined;
    readonly addresses: 'each' | 'one';
  };
  readonly questions: readonly Question<Asked, A>[];
  readonly session: (address: string) => Session<Asked, A>;
}

/** A dialogue that was held: what is kept of it, and the answers as they came. */
export interface Held<A extends Answer> {
  readonly measured: DialogueMeasured<A>;
  /** Of the address that was written to, or the first one; with secrets still in them, so never to be kept. */
  readonly known: Known<A>;
  /** Every question that had to be asked was, and every answer held. */
  readonly passed: boolean;
}

/**
 * Looks the name up, asks each address what only reads, all at the same time, and puts the questions that write
 * to the first address that held. Stops at an address's first bad answer, except to clean up.
 */
export async function converse<Asked, A extends Answer>(
  dialogue: Dialogue<Asked, A>,
  context: RunContext,
): Promise<Held<A>> {
  const { questions } = dialogue;
  const { found, tried } = await eachAddress(dialogue.host, dialogue.lookup, context, async (address) => {
    const talk = new Talk(address, dialogue.session(address));
    await talk.askAll(questions.filter((question) => question.kind !== 'write'));
    return talk;
  });
  const writer = tried.find((talk) => talk.holds);
  try {
    await writer?.askAll(questions.filter((question) => question.kind === 'write'));
  } finally {
    for (const talk of tried) talk.close();
  }
  const speaker = writer ?? tried[0];
  const visits = tried.map((talk) => talk.visit());
  const findings = visits.map((visit) => addressFinding(visit, questions));
  const own = ownFaultAmong(found.stopped, findings);
  const measured: DialogueMeasured<A> = {
    startedAt: context.startedAt,
    lookupMs: found.ms,
    ...(found.stopped !== undefined && { lookup: found.stopped }),
    visits,
    facts: { ...factsOfLookup(found), ...factsOfTls(speaker?.tls) },
    phases: { dns: found.ms, ...speaker?.visit().phases },
    ...(speaker !== undefined && { address: speaker.address }),
    ...own,
  };
  return {
    measured,
    known: speaker?.known ?? new Map<string, A>(),
    passed: found.stopped === undefined && own.ownFault === undefined && findingOfAddresses(findings) === undefined,
  };
}

/** What was said at one address. */
class Talk<Asked, A extends Answer> {
  readonly address: string;
  /** Whether every answer so far held. */
  holds = true;
  readonly known = new Map<string, A>();
  readonly #session: Session<Asked, A>;
  readonly #kept: { step: string; answer: A }[] = [];

  constructor(address: string, session: Session<Asked, A>) {
    this.address = address;
    this.#session = session;
  }

  get tls(): TlsConnectionFacts | undefined {
    return this.#session.tls;
  }

  async askAll(questions: readonly Question<Asked, A>[]): Promise<void> {
    for (const question of questions) {
      if (!this.holds && question.cleanup !== true) continue;
      const asked = question.ask(this.known);
      if (asked === undefined) continue;
      const answer = await this.#session.ask(asked);
      const { holds } = verdictOn(question, answer, this.known);
      this.#kept.push({ step: question.step, answer: this.#toKeep(question, answer, holds) });
      this.known.set(question.step, answer);
      this.holds &&= holds;
    }
  }

  visit(): Visit<A> {
    const { phases, tls } = this.#session;
    return { address: this.address, phases, chain: keptChain(tls?.chain ?? []), answers: this.#kept };
  }

  close(): void {
    this.#session.close();
  }

  /**
   * A stranger may answer with what it was asked, credentials included, so what is kept is masked; but a short
   * password may also happen to stand in a number or a nonce, and masking that would turn a good answer bad.
   */
  #toKeep(question: Question<Asked, A>, answer: A, holds: boolean): A {
    const lean = holds && question.keep !== undefined ? question.keep(answer) : answer;
    const masked = this.#session.masked(lean);
    return holds && !verdictOn(question, masked, this.known).holds ? lean : masked;
  }
}
