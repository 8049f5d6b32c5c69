import type { Measured, Phases } from '../../model/run.ts';
import type { KeptCertificate } from '../judging/expiry.ts';
import type { Stopped } from '../net/stopped.ts';
import type { Answer } from './question.ts';

/** Everything that one address answered, up to its first bad answer; in the order asked. */
export interface Visit<A extends Answer> {
  readonly address: string;
  /** Of the first connection. */
  readonly phases: Phases;
  readonly chain: readonly KeptCertificate[];
  readonly answers: readonly { readonly step: string; readonly answer: A }[];
}

/** What a dialogue brought home: the answers themselves, secrets masked, so that they can be judged again. */
export interface DialogueMeasured<A extends Answer> extends Measured {
  readonly startedAt: number;
  /** Why there was no address to ask. */
  readonly lookup?: Stopped;
  readonly lookupMs: number;
  /** In the resolver's order. */
  readonly visits: readonly Visit<A>[];
}
