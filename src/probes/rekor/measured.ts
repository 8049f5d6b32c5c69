import { z } from 'zod';
import type { Measured } from '../../model/run.ts';
import type { KeptCertificate } from '../judging/expiry.ts';
import type { Stopped } from '../net/stopped.ts';
import type { Proposed } from './proposed.ts';

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
  /** Where the entry that exists already stands, as a log of tiles tells with 409. */
  readonly logIndex?: string;
  readonly body: string;
  readonly ms: number;
  readonly stopped?: Stopped;
}

/** Everything that one address of a Rekor v1 answered, as far as it made sense to ask on. */
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
  readonly written?: Written;
}

/** What came of writing. */
export interface Written {
  readonly proposed: Proposed;
  /** The last answer to it. */
  readonly post: Reply;
  /** How often the same entry was proposed. */
  readonly posts: number;
  /** The entry, read back. */
  readonly read?: Reply;
  readonly rereads: number;
}

/** Hashes that were made of tiles; or why they could not be. Measured instead of the tiles, which are long. */
export interface TileHashes {
  /** Hexadecimal. Empty where it failed. */
  readonly hashes: readonly string[];
  readonly ms: number;
  /** The answer that could not be used, if one could not. */
  readonly failed?: Reply;
  /** What was wrong with it, beyond its status. */
  readonly problem?: string;
}

/** An entry as the tiles of a tree show it. */
export interface TileEntry {
  /** Decimal. */
  readonly index: string;
  /** Hexadecimal hash of the entry in its bundle. */
  readonly leafHash?: string;
  /** Base64 of the entry itself, where it is to be looked at. */
  readonly body?: string;
  /** The leaf in its tile, then the inclusion proof. */
  readonly proof: TileHashes;
}

/** Everything that one address of a Rekor v2 showed. */
export interface TileVisit {
  readonly address: string;
  readonly checkpoint: Reply;
  /** How often the checkpoint was read again because the tree was smaller than remembered. */
  readonly rereads: number;
  readonly verifyMs: number;
  /** The rest is asked of the first address alone. The consistency proof: */
  readonly growth?: TileHashes;
  readonly entry?: TileEntry;
  readonly written?: TileWritten;
}

/** What came of writing to a log of tiles. */
export interface TileWritten {
  readonly proposed: Proposed;
  readonly post: Reply;
  /** The checkpoint, read again after the write, and how often until it had the entry. */
  readonly checkpoint?: Reply;
  readonly rereads: number;
  readonly entry?: TileEntry;
}

/** What a passing run leaves for the next: the last verified checkpoint, and where the name led to. */
export interface Remembered {
  /** Decimal; of a log of tiles its origin. */
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
  /** The same of a log of tiles (version 2). */
  readonly tileVisits?: readonly TileVisit[];
  readonly remembered: Remembered | null;
  /** The certificates that the addresses served, each once. */
  readonly chain: readonly KeptCertificate[];
}

const rememberedShape = z.object({
  treeId: z.string().min(1).max(512),
  size: z.string().regex(/^[1-9]\d{0,18}$/),
  root: z.string().regex(/^[0-9a-f]{64}$/),
  addresses: z.array(z.string().max(64)).max(100),
});

/** What an earlier run left, if it is something that this version understands. An empty tree is nothing to hold anybody to. */
export function rememberedFrom(memory: unknown): Remembered | null {
  return rememberedShape.safeParse(memory).data ?? null;
}
