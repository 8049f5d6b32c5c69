import type { KeptBody } from '../http/body.ts';
import type { Attempt, AttemptsMeasured } from '../judging/attempts.ts';
import type { KeptCertificate } from '../judging/expiry.ts';

/** What came of one address. */
export interface WebsocketAttempt extends Attempt {
  /** Of the answer to the upgrade: 101 where it was granted. */
  readonly status?: number;
  readonly location?: string;
  /** What the server says that it is. */
  readonly server?: string;
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
}

/** What a run of a `websocket` probe brought home. */
export type WebsocketMeasured = AttemptsMeasured<WebsocketAttempt>;
