import type { Measured, Phases } from '../../model/run.ts';
import type { KeptBody } from '../http/body.ts';
import type { KeptCertificate } from '../judging/expiry.ts';
import type { Stopped } from '../net/stopped.ts';

/** What came of one address. */
export interface WebsocketAttempt {
  readonly address: string;
  readonly phases: Phases;
  /** Of the answer to the upgrade: 101 where it was granted. */
  readonly status?: number;
  readonly location?: string;
  /** What the server asks for where it refuses us. */
  readonly challenge?: string;
  /** Whether the handshake was completed. */
  readonly opened: boolean;
  readonly answerMs: number;
  /** How many messages were heard. */
  readonly messages: number;
  /** The one that was expected, else the last. */
  readonly message?: KeptBody;
  readonly closed?: { readonly code: number; readonly reason: string };
  readonly chain?: readonly KeptCertificate[];
  readonly stopped?: Stopped;
}

/** What a run of a `websocket` probe brought home. */
export interface WebsocketMeasured extends Measured {
  readonly startedAt: number;
  readonly lookup?: Stopped;
  readonly lookupMs: number;
  readonly attempts: readonly WebsocketAttempt[];
}
