import type { Measured, Phases } from '../../model/run.ts';
import type { KeptCertificate } from '../judging/expiry.ts';
import type { Stopped } from '../net/stopped.ts';
import type { KeptBody } from './body.ts';

/** What one address answered. */
export interface HttpAttempt {
  readonly address: string;
  /** Whether a request was made, or only a connection: what is no GET is sent to the first address alone. */
  readonly asked: boolean;
  /** Of the whole exchange, look-up included. */
  readonly ms: number;
  readonly phases: Phases;
  readonly httpVersion?: '1.1' | '2';
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: KeptBody;
  readonly redirects: readonly { readonly status: number; readonly to: string }[];
  readonly chain?: readonly KeptCertificate[];
  readonly stopped?: Stopped;
}

/** What a run of an `http` probe brought home. */
export interface HttpMeasured extends Measured {
  readonly startedAt: number;
  /** Why there was no address to try. */
  readonly lookup?: Stopped;
  readonly lookupMs: number;
  readonly attempts: readonly HttpAttempt[];
}
