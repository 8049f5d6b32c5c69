import type { Configuration } from '../model/configuration.ts';
import type { ChannelId, ProbeId } from '../model/ids.ts';
import type { ChannelKind } from '../ports/channel-kind.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
import { armProbes } from './armed-probe.ts';
import type { ArmedProbe } from './armed-probe.ts';
import type { CronCalendar } from './cron-calendar.ts';
import { DaemonError } from './daemon-error.ts';
import type { ArmedChannel } from './outbox.ts';

/** A configuration that can take effect: nothing about it can go wrong any more. */
export interface Prepared {
  readonly loaded: LoadedConfiguration;
  readonly armed: ReadonlyMap<ProbeId, ArmedProbe>;
  readonly channels: ReadonlyMap<ChannelId, ArmedChannel>;
  /** Probes that are new, or whose own options changed: what is known of them is about something else. */
  readonly fresh: ReadonlySet<ProbeId>;
}

/** What a configuration is prepared with. */
export interface PrepareWith {
  readonly probeKinds: ReadonlyMap<string, ProbeKind>;
  readonly channelKinds: ReadonlyMap<string, ChannelKind>;
  readonly calendar: CronCalendar;
  readonly running: Configuration | null;
}

/** Finds all that is wrong with a configuration, and changes nothing. Throws `DaemonError`. */
export function prepare(loaded: LoadedConfiguration, given: PrepareWith): Prepared {
  const armed = armProbes(loaded, given.probeKinds);
  const channels = armChannels(loaded, given.channelKinds);
  for (const [expression, timezone] of cronsOf(loaded)) given.calendar.check(expression, timezone);
  const hashes = new Map(given.running?.probes.map((probe) => [probe.id, probe.optionsHash]));
  const fresh = new Set<ProbeId>();
  for (const [id, { probe }] of armed) if (hashes.get(id) !== probe.optionsHash) fresh.add(id);
  return { loaded, armed, channels, fresh };
}

function armChannels(
  loaded: LoadedConfiguration,
  kinds: ReadonlyMap<string, ChannelKind>,
): ReadonlyMap<ChannelId, ArmedChannel> {
  const armed = new Map<ChannelId, ArmedChannel>();
  for (const [id, { kind: name, options }] of loaded.channels) {
    const kind = kinds.get(name);
    if (kind === undefined) throw new DaemonError('unknown-kind', `armed ${id}: there is no channel kind ${name}`);
    armed.set(id, { kind, options });
  }
  return armed;
}

/** Every cron expression of a configuration, with its time zone. */
function* cronsOf({ configuration }: LoadedConfiguration): Iterable<readonly [expression: string, timezone: string]> {
  for (const { schedule } of configuration.probes)
    if (schedule.kind === 'cron') yield [schedule.expression, schedule.timezone];
  for (const window of configuration.maintenance) if (window.kind === 'cron') yield [window.cron, window.timezone];
}
