import type { CapabilityId, ChannelId, ProbeId, ServiceId, Sha256 } from './ids.ts';
import type { FailureClass, Mode } from './failure.ts';
import type { Json } from './run.ts';

/** Where something stands in a source file. Lines and columns count from 1; `end` is exclusive. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** How a capability leans on another. `place` is that of the need itself. */
export type Need =
  | { readonly kind: 'hard'; readonly of: CapabilityId; readonly place: Place }
  | { readonly kind: 'soft'; readonly of: CapabilityId; readonly place: Place }
  | {
      readonly kind: 'cached';
      readonly of: CapabilityId;
      readonly ttlMs: number;
      readonly covers: readonly Mode[];
      readonly cold: 'down' | 'degraded';
      readonly place: Place;
    }
  | { readonly kind: 'any'; readonly of: readonly CapabilityId[]; readonly min: number; readonly place: Place };

/** One thing a service can do for others. A service that declares none has exactly `up`. */
export interface Capability {
  readonly id: CapabilityId;
  readonly service: ServiceId;
  readonly name: string;
  readonly title?: string;
  /** What it means for people when it is down; shown in pages as `effect`. */
  readonly down?: string;
  /** The share of time, between 0 and 1, in which it should not be down: its error budget is the rest. */
  readonly objective?: number;
  readonly needs: readonly Need[];
  readonly place: Place;
}

/** A way out: all of its needs must stand for it to work. */
export interface Recovery {
  readonly name: string;
  readonly needs: readonly CapabilityId[];
  /** Where each of `needs` stands, in the same order. */
  readonly places?: readonly Place[];
  readonly breakGlass: boolean;
  /** ISO date of the last drill. */
  readonly drilled?: string;
  readonly url?: string;
  readonly place: Place;
}

/** How urgent: 0 most … 3 least. */
export type Tier = 0 | 1 | 2 | 3;

/** A service as declared; its capabilities stand beside it in the configuration, in declared order. */
export interface Service {
  readonly id: ServiceId;
  readonly title?: string;
  readonly description?: string;
  readonly tier?: Tier;
  readonly owner?: string;
  readonly external: boolean;
  readonly runbook?: string;
  readonly detectWithinMs?: number;
  /** Overrides the defaults' `pageAfter` for this service. */
  readonly pageAfterMs?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly recovery: readonly Recovery[];
  /** What a cold start needs beyond the hard needs. */
  readonly start: readonly CapabilityId[];
  readonly accept: readonly Acceptance[];
  /** Where parts of it stand: each of `start`, and the promise of `detectWithin`. */
  readonly places?: { readonly start?: readonly Place[]; readonly detectWithin?: Place };
  readonly place: Place;
}

/** A finding about a service that somebody decided to live with, up to the end of a day (UTC). */
export interface Acceptance {
  readonly code: string;
  readonly because: string;
  /** ISO date; that day is included. */
  readonly until: string;
  readonly place: Place;
}

/** The most a probe may cause as a root. */
export type NotifyCap = 'page' | 'ticket' | 'record';

/** When a probe runs: every so often at its own phase, by cron, or whenever something is pushed. */
export type Schedule =
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timezone: string }
  | { readonly kind: 'pushed'; readonly everyMs: number; readonly graceMs: number };

/** A value that a fact must have, for a while or always. */
export interface Pin {
  readonly fact: string;
  readonly values: readonly { readonly value: string; readonly from?: number; readonly until?: number }[];
}

/** A CEL expression over what was measured. */
export interface Assertion {
  readonly that: string;
  readonly because?: string;
  readonly class: FailureClass;
  readonly place: Place;
}

/** A probe, compiled: everything common to all kinds, and its own options with secrets hidden. */
export interface Probe {
  readonly id: ProbeId;
  readonly service: ServiceId;
  readonly name: string;
  readonly kind: string;
  readonly schedule: Schedule;
  readonly timeoutMs: number;
  readonly confirm: { readonly failures: number; readonly everyMs: number };
  readonly recover: { readonly successes: number };
  readonly ratio: { readonly failures: number; readonly of: number };
  /** What failing makes of its capabilities; by class where absent. */
  readonly effect?: 'down' | 'degraded';
  readonly notify: NotifyCap;
  /** Which capabilities each kind of step proves; every list sorted. */
  readonly proves: {
    readonly reach: readonly CapabilityId[];
    readonly read: readonly CapabilityId[];
    readonly write: readonly CapabilityId[];
  };
  /** Whether a pass exonerates (docs/engine.md 2: deep), or proves only that something answers (shallow). */
  readonly deep: boolean;
  /** Whether the engine may run it out of turn, for others. */
  readonly onDemand: boolean;
  readonly assert: readonly Assertion[];
  readonly pins: readonly Pin[];
  /** Facts whose change the owner is told of. */
  readonly watch: Readonly<Record<string, NotifyCap>>;
  readonly enabled: boolean;
  /** The kind's own options as JSON, secrets shown as `<secret>`. */
  readonly options: Json;
  /** SHA-256 over kind and options: a probe whose hash changes in a reload starts as unknown. */
  readonly optionsHash: Sha256;
  /** Where parts of it stand, where they were written. */
  readonly places?: { readonly ratio?: Place; readonly timeout?: Place; readonly schedule?: Place };
  readonly place: Place;
}

/** One channel; its options with secrets are held apart, by the daemon. */
export interface Channel {
  readonly id: ChannelId;
  readonly kind: string;
  /** What the channel itself travels through. */
  readonly needs: readonly CapabilityId[];
  /**
   * Its declaration as JSON, as it is written: `${env:…}` and `${file:…}` stand for themselves. What it still owes can
   * be delivered by it when it has left the configuration. Absent where a secret stands in the file itself.
   */
  readonly written?: string;
  /** Where each of `needs` stands, in the same order. */
  readonly places?: readonly Place[];
  readonly place: Place;
}

/** Who hears. Absent conditions match everything; lists match any of their members. */
export interface Route {
  readonly match: {
    readonly tier?: readonly Tier[];
    readonly owner?: readonly string[];
    readonly service?: readonly string[];
    readonly capability?: readonly string[];
    readonly kind?: readonly string[];
    readonly class?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly hours?: {
      readonly from: string;
      readonly until: string;
      readonly timezone: string;
      readonly days?: readonly string[];
    };
  };
  readonly page: readonly ChannelId[];
  readonly ticket: readonly ChannelId[];
  readonly consumers: readonly ChannelId[];
  readonly fallback?: { readonly afterMs: number; readonly to: readonly ChannelId[] };
  readonly escalate: readonly { readonly afterMs: number; readonly to: readonly ChannelId[] }[];
  readonly continue: boolean;
  readonly place: Place;
}

/** A planned window. The daemon turns a cron one into entries; the core knows only from and until. */
export type Maintenance =
  | {
      readonly kind: 'once';
      readonly services: readonly ServiceId[];
      readonly from: number;
      readonly until: number;
      readonly reason: string;
      readonly place: Place;
    }
  | {
      readonly kind: 'cron';
      readonly services: readonly ServiceId[];
      readonly cron: string;
      readonly forMs: number;
      readonly timezone: string;
      readonly reason: string;
      readonly place: Place;
    };

/** A place outside that tells our own network's failure from theirs. */
export type Anchor =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'dns'; readonly name: string }
  | { readonly kind: 'http'; readonly url: string };

/**
 * A whole configuration, checked and compiled: plain data, no secrets, in a fixed order (ids in code-unit
 * order), so that equal configurations have equal bytes. `hash` is SHA-256 over its canonical JSON, places
 * left out.
 */
export interface Configuration {
  readonly hash: Sha256;
  readonly instance: string;
  /** Owns incidents about the monitor and its channels. */
  readonly serverOwner?: string;
  readonly publicUrl?: string;
  readonly services: readonly Service[];
  readonly capabilities: readonly Capability[];
  readonly probes: readonly Probe[];
  readonly channels: readonly Channel[];
  readonly routes: readonly Route[];
  /** How long from onset until a page may leave, by tier. */
  readonly pageAfterMs: readonly [number, number, number, number];
  readonly hold: { readonly minMs: number; readonly maxMs: number; readonly afterMs: number };
  /** A cause must have begun at most this long after its victim (docs/engine.md 4). */
  readonly causeWithinMs: number;
  readonly remindMs: number;
  readonly maintenance: readonly Maintenance[];
  readonly anchors: readonly Anchor[];
}

/** How one thing leans on the next along a proof: a need, or what else makes it wait for the other. */
export type LeanKind = Need['kind'] | 'recovery' | 'start' | 'channel';

/** One step of a proof, and where it is written. `from` may be a way out or a channel, by its name. */
export interface Lean {
  readonly from: string;
  readonly to: CapabilityId;
  readonly kind: LeanKind;
  readonly place: Place;
}

/** One chain of reasons: what it shows, and each edge with its place. */
export interface Proof {
  readonly title: string;
  readonly edges: readonly Lean[];
}

/** One mistake or finding, with everything an editor or a person at 3 a.m. needs. */
export interface Diagnostic {
  /** Stable, `area/what`: `syntax/yaml`, `config/unknown-key`, `coverage/unprobed`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** What it is about: a capability, a probe, a key; empty where the file as a whole is meant. */
  readonly subject: string;
  readonly message: string;
  readonly place?: Place;
  /** The path that proves it. */
  readonly path?: readonly string[];
  /** Every path that proves it, each edge with its place; `path` is the first of them. */
  readonly proofs?: readonly Proof[];
  /** One sentence: what to do. */
  readonly help?: string;
}

/** A finding that was accepted in place: it is still told, and fails nothing. */
export interface AcceptedFinding {
  readonly finding: Diagnostic;
  readonly acceptance: Acceptance;
}
