import type { Channel } from '../model/configuration.ts';
import type { ObservationFact } from '../model/entry.ts';
import type { ProbeId } from '../model/ids.ts';
import type { DaemonView } from '../ports/daemon-view.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';
import type { DaemonEvent, Gauges } from '../ports/telemetry.ts';
import type { DaemonParts } from './parts.ts';
import { armRetired } from './retired-channels.ts';
import { recover } from './recover.ts';
import { RunningDaemon } from './running-daemon.ts';

/** A daemon at work. Disposing of it stops it: no more probes, a bounded time for deliveries, a snapshot. */
export interface Daemon extends AsyncDisposable {
  readonly view: DaemonView;
  readonly gauges: Gauges;
  /** Resolves when every enabled probe has had its first run. */
  readonly ready: Promise<void>;
  /** Takes a new configuration, whole or (where it throws `DaemonError`) not at all. */
  readonly reload: (loaded: LoadedConfiguration) => void;
  /** A configuration was refused: the running one stays, and its owner is told. */
  readonly rejectReload: (message: string) => void;
  /** Runs a probe out of turn; undefined where there is none of that id to run. */
  readonly runNow: (probe: ProbeId) => Promise<ObservationFact | undefined>;
}

/**
 * Goes on where the log ends, and starts to probe. Rejects with `DaemonError` when it cannot: a kind that
 * it was not given, a rule that is no address range, a log with a hole.
 */
export async function startDaemon<State>(parts: DaemonParts<State>): Promise<Daemon> {
  const emit = (event: DaemonEvent): void => {
    try {
      parts.listener(event);
    } catch {
      // Whoever listens must not be able to stop the daemon; there is nobody left to tell.
    }
  };
  const recovered = await recover(parts.engine, parts.log, parts.sha256, emit);
  const daemon = new RunningDaemon({ ...parts, listener: emit }, recovered);
  const { state, at } = recovered.position;
  const retired = await armRetired(leftSince(parts, state, at ?? parts.clock.wall()), {
    ...parts,
    readChannel: parts.readChannel,
    now: daemon.clock.now(),
  });
  try {
    daemon.start(retired);
  } catch (thrown) {
    await daemon[Symbol.asyncDispose]();
    throw thrown;
  }
  return daemon;
}

/** Channels that left the configuration: those that the engine knows of, and those that the new configuration lacks. */
function leftSince<State>(
  { engine, loaded }: DaemonParts<State>,
  state: State,
  at: number,
): readonly { readonly channel: Channel; readonly at: number }[] {
  const before = engine.configuration(state)?.channels ?? [];
  return [...engine.retired(state), ...before.map((channel) => ({ channel, at }))].filter(
    ({ channel }) => !loaded.channels.has(channel.id),
  );
}
