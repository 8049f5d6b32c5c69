import { z } from 'zod';
import type { FailureClass } from '../../model/failure.ts';
import type { Measured, Phases } from '../../model/run.ts';
import type { KeptCertificate } from '../judging/expiry.ts';
import type { Stopped } from '../net/stopped.ts';

/** The roles that every repository has, in the order a client verifies them. */
export const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;

/** A top-level role of a repository. */
export type RoleName = (typeof ROLES)[number];

/** Where a client stood: at a role's metadata, or at the files themselves, with the delegated roles that lead to them. */
export type ClientStep = RoleName | 'target files';

/** A role's metadata, as the client took it. */
export interface RoleSeen {
  readonly version: number;
  /** Integer milliseconds. */
  readonly expires: number;
}

/** A target file that was fetched and verified. */
export interface TargetSeen {
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** Why the client would not take what it got. `expected` and `got` are shown as they are. */
export interface Refusal {
  readonly step: ClientStep;
  readonly class: FailureClass;
  /** What was tried, on what, and what came back. */
  readonly message: string;
  readonly expected?: string;
  readonly got?: string;
  /** Set where no complete answer came. */
  readonly stopped?: Stopped;
}

/** What was asked for one step. */
export interface StepSeen {
  readonly step: ClientStep;
  readonly requests: number;
  readonly ms: number;
  /** The last request, and what was answered. */
  readonly request: string;
  readonly status?: number;
}

/** One whole run of a client against one address. */
export interface Visit {
  readonly address: string;
  /** Of the first connection. */
  readonly phases: Phases;
  readonly chain: readonly KeptCertificate[];
  readonly steps: readonly StepSeen[];
  /** What was taken; those after a refusal are missing. */
  readonly roles: Readonly<Partial<Record<RoleName, RoleSeen>>>;
  readonly targets: readonly TargetSeen[];
  readonly refusal?: Refusal;
}

/** The versions that a mirror must not go back behind. */
export type Versions = Readonly<Record<RoleName, number>>;

/**
 * What a run of `tuf` brings home. The metadata itself is not kept (it may have megabytes): signatures are
 * verified in the run, versions and ends can be judged again.
 */
export interface TufMeasured extends Measured {
  readonly startedAt: number;
  readonly lookup?: Stopped;
  readonly lookupMs: number;
  readonly visits: readonly Visit[];
  /** Of the last passing run. */
  readonly remembered: Versions | null;
}

/** What a passing run leaves for the next. */
export interface Remembered {
  /** SHA-256 of the pinned root's text: under another pin it may be another repository. */
  readonly pin: string;
  readonly versions: Versions;
}

const version = z.number().int().min(0);
const rememberedShape = z.object({
  pin: z.string(),
  versions: z.object({ root: version, timestamp: version, snapshot: version, targets: version }),
});

/** The versions that an earlier run left, if it had the same pin and left something that this version understands. */
export function versionsFrom(memory: unknown, pin: string): Versions | null {
  const remembered = rememberedShape.safeParse(memory).data;
  return remembered?.pin === pin ? remembered.versions : null;
}
