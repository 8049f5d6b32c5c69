import type { Configuration } from '../../model/configuration.ts';
import type { ObservationFact } from '../../model/entry.ts';
import type { CapabilityId, ChannelId } from '../../model/ids.ts';
import type { NotificationEvent, NotifiedIncident } from '../../model/notification.ts';
import type { CapabilityState, IncidentView } from '../../model/view.ts';

/** A message about the incident, and what became of it. `result` null: the log does not say. */
export interface SentMessage {
  readonly at: number;
  readonly event: NotificationEvent;
  readonly channel: ChannelId;
  readonly sequence: number;
  readonly result: string | null;
}

/** What somebody said about the incident. */
export interface SaidWord {
  readonly at: number;
  readonly by: string;
  readonly what: 'acknowledged' | 'note' | 'label' | 'closed';
  readonly text: string;
}

/** For how long each capability stood how, while the incident lasted; those that stayed up are left out. */
export interface CapabilityTimes {
  readonly capability: CapabilityId;
  readonly ms: Readonly<Record<CapabilityState, number>>;
}

/** What the page would have been under tighter rules. `pagedAt` null: there would have been none, or nobody knows. */
export interface TighterRules {
  readonly words: string;
  readonly pagedAt: number | null;
  /** Pages more in the time around the incident. */
  readonly addedPages: number;
}

/** Everything that a log says about one incident, gathered for a report. */
export interface IncidentRecord {
  readonly configuration: Configuration;
  /** As its first page, ticket or notice told it; as it stood last where nobody was told. */
  readonly told: NotifiedIncident;
  readonly last: IncidentView;
  /** The first failing run of the probe that was named. */
  readonly firstFailure: ObservationFact | null;
  readonly messages: readonly SentMessage[];
  readonly words: readonly SaidWord[];
  readonly times: readonly CapabilityTimes[];
  readonly tighter: readonly TighterRules[];
}
