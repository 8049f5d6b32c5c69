import type { Channel, Configuration } from '../model/configuration.ts';
import type { Effect } from '../model/effect.ts';
import type { Entry } from '../model/entry.ts';
import type { CapabilityId, IncidentId } from '../model/ids.ts';
import type { CapabilityState, IncidentView, ServiceView, SilenceView, WindowView } from '../model/view.ts';

/**
 * The whole engine as the shell sees it. `State` is opaque outside of core. `reduce` first fires every
 * deadline up to `entry.at` in (deadline, id) order, then applies the entry. It consumes the state it is
 * given: use only the returned one. Same state and entry, same result, byte for byte.
 */
export interface Engine<State> {
  /** Changes whenever a decision could; snapshots of another version are not restored. */
  readonly version: string;
  readonly initial: () => State;
  readonly reduce: (state: State, entry: Entry) => { readonly state: State; readonly effects: readonly Effect[] };
  /** When the next deadline is due, on the entries' clock; null when none is. */
  readonly nextDeadline: (state: State) => number | null;
  /** Text that `restore` turns into an equal state. */
  readonly snapshot: (state: State) => string;
  readonly restore: (text: string) => State;
  readonly configuration: (state: State) => Configuration | null;
  readonly services: (state: State) => readonly ServiceView[];
  readonly incidents: (state: State) => readonly IncidentView[];
  readonly incident: (state: State, id: IncidentId) => IncidentView | undefined;
  /** Channels that left the configuration in the last seven days, and when. */
  readonly retired: (state: State) => readonly { readonly channel: Channel; readonly at: number }[];
  /** Those that have not ended, the next to end first. */
  readonly silences: (state: State) => readonly SilenceView[];
  readonly windows: (state: State) => readonly WindowView[];
  readonly capabilityStates: (state: State) => Iterable<readonly [CapabilityId, CapabilityState]>;
}
