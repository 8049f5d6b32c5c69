import { z } from 'zod';
import type { Measured } from '../../model/run.ts';
import type { KeptCertificate } from '../judging/expiry.ts';
import type { Stopped } from '../net/stopped.ts';

/** The most that is read, and kept, of one answer. */
export const MAX_REPLY_BYTES = 16 * 1024;

/** One answer, as it came. Where `stopped` is set it is as far as it came. */
export interface Reply {
  /** Method and URL. */
  readonly request: string;
  readonly status?: number;
  readonly contentType?: string;
  /** Where a redirect points. */
  readonly location?: string;
  readonly body: string;
  readonly ms: number;
  readonly stopped?: Stopped;
}

/** Everything that one address answered, as far as it made sense to ask on. */
export interface Visit {
  readonly address: string;
  readonly ping: Reply;
  readonly log?: Reply;
  /** How often `log` was read again because the tree was smaller than remembered. */
  readonly logRereads: number;
  /** What checking the log's answer took, in milliseconds. */
  readonly verifyMs: number;
  /** The rest is asked of the first address alone. */
  readonly proof?: Reply;
  readonly proofRereads: number;
  readonly entry?: Reply;
}

/** What a passing run leaves for the next: the last verified checkpoint, and where the name led to. */
export interface Remembered {
  readonly treeId: string;
  /** Decimal. */
  readonly size: string;
  /** Hexadecimal. */
  readonly root: string;
  readonly addresses: readonly string[];
}

/** What a run of `rekor` brings home: the answers themselves, so that they can be verified again. */
export interface RekorMeasured extends Measured {
  readonly startedAt: number;
  /** Set when the name could not be resolved; there are then no visits. */
  readonly lookup?: Stopped;
  /** In the resolver's order. */
  readonly visits: readonly Visit[];
  readonly remembered: Remembered | null;
  /** The certificates that the addresses served, each once. */
  readonly chain: readonly KeptCertificate[];
}

const rememberedShape = z.object({
  treeId: z.string().regex(/^\d{1,20}$/),
  size: z.string().regex(/^[1-9]\d{0,18}$/),
  root: z.string().regex(/^[0-9a-f]{64}$/),
  addresses: z.array(z.string().max(64)).max(100),
});

/** What an earlier run left, if it is something that this version understands. An empty tree is nothing to hold anybody to. */
export function rememberedFrom(memory: unknown): Remembered | null {
  return rememberedShape.safeParse(memory).data ?? null;
}
