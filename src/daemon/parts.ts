import type { Engine } from '../core/engine.ts';
import type { Channel, Configuration } from '../model/configuration.ts';
import type { CapabilityId, ProbeId } from '../model/ids.ts';
import type { CapabilityState } from '../model/view.ts';
import type { ChannelKind } from '../ports/channel-kind.ts';
import type { Clock } from '../ports/clock.ts';
import type { DaemonView, ImpactView, Refusal } from '../ports/daemon-view.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';
import type { Log } from '../ports/log.ts';
import type { NameResolver, ProbeKind } from '../ports/probe-kind.ts';
import type { DaemonListener } from '../ports/telemetry.ts';
import type { CommitLimits } from './commit-writer.ts';
import type { CronCalendar } from './cron-calendar.ts';
import type { Hash } from '../core/decision-hash.ts';
import type { Ping } from './deadman.ts';
import type { LaneLimits } from './lanes.ts';
import type { ReadChannelAgain } from './retired-channels.ts';
import type { OutboxLimits } from './outbox.ts';
import type { AskAnchor } from './vantage.ts';

/** What `impact` may look at. */
export interface ImpactContext {
  readonly configuration: Configuration;
  readonly states: ReadonlyMap<CapabilityId, CapabilityState>;
  /** The entries' clock. */
  readonly now: number;
}

/** Answers "what if": a function of core, given by `app`. */
export type AnswerImpact = (
  context: ImpactContext,
  request: Parameters<DaemonView['impact']>[0],
) => ImpactView | Refusal;

/** Everything a daemon is made of. Whoever opened the log closes it, after the daemon. */
export interface DaemonParts<State> {
  readonly clock: Clock;
  readonly engine: Engine<State>;
  readonly log: Log;
  readonly loaded: LoadedConfiguration;
  /** By name, as in `kind:`. */
  readonly probeKinds: ReadonlyMap<string, ProbeKind>;
  readonly channelKinds: ReadonlyMap<string, ChannelKind>;
  /** Tells the watcher outside that we live; absent: nobody is told. */
  readonly ping?: Ping;
  /** Reads the declaration of a channel again that left the configuration; absent where that is not possible. */
  readonly readChannel?: (channel: Channel) => Promise<ReadChannelAgain>;
  readonly resolver: NameResolver;
  /** Asks a place outside whether it answers at all: is it us? */
  readonly askAnchor: AskAnchor;
  /** SHA-256, in hexadecimal. */
  readonly sha256: Hash;
  /** Hears everything that happens; what it throws is dropped. */
  readonly listener: DaemonListener;
  readonly impact: AnswerImpact;
  /** W3C `traceparent` for a run, when tracing is on. */
  readonly traceparent?: (probe: ProbeId) => string | undefined;
  /** node-cron's where absent. */
  readonly calendar?: CronCalendar;
  readonly limits?: {
    readonly lanes?: LaneLimits;
    readonly commits?: Partial<CommitLimits>;
    readonly outbox?: Partial<OutboxLimits>;
    /** How long a stop waits for deliveries, and then for the log. */
    readonly drainMs?: number;
  };
}
