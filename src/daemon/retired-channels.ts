import type { Channel } from '../model/configuration.ts';
import type { ChannelId } from '../model/ids.ts';
import type { ChannelKind } from '../ports/channel-kind.ts';
import { reasonOf } from './daemon-error.ts';
import type { ArmedChannel } from './outbox.ts';

/** What reading a declaration again gave. */
export type ReadChannelAgain =
  { readonly ok: true; readonly options: unknown } | { readonly ok: false; readonly message: string };

/** A channel that is not in the configuration any more: as it was, or why it cannot be had. */
export type RetiredChannel = { readonly until: number } & (
  { readonly kind: 'armed'; readonly channel: ArmedChannel } | { readonly kind: 'lost'; readonly message: string }
);

/** How long after it left a channel still delivers what it owes. */
const RETIRED_MS = 7 * 86_400_000;

export interface RetiredParts {
  readonly readChannel: ((channel: Channel) => Promise<ReadChannelAgain>) | undefined;
  readonly channelKinds: ReadonlyMap<string, ChannelKind>;
  /** Now, on the clock by which they left. */
  readonly now: number;
}

/**
 * Arms again, at a start, the channels that left the configuration while we were away or before: what they were
 * told must be resolved by them. `until` counts from now, in milliseconds.
 */
export async function armRetired(
  left: readonly { readonly channel: Channel; readonly at: number }[],
  { readChannel, channelKinds, now }: RetiredParts,
): Promise<ReadonlyMap<ChannelId, RetiredChannel>> {
  const armed = new Map<ChannelId, RetiredChannel>();
  for (const { channel, at } of left) {
    const until = at + RETIRED_MS - now;
    if (until <= 0) continue;
    const kind = channelKinds.get(channel.kind);
    const read = await readAgain(channel, readChannel);
    armed.set(
      channel.id,
      read.ok && kind !== undefined
        ? { kind: 'armed', channel: { kind, options: read.options }, until }
        : { kind: 'lost', message: read.ok ? `there is no channel kind ${channel.kind}` : read.message, until },
    );
  }
  return armed;
}

async function readAgain(channel: Channel, read: RetiredParts['readChannel']): Promise<ReadChannelAgain> {
  if (read === undefined) return { ok: false, message: 'its declaration cannot be read again here' };
  try {
    return await read(channel);
  } catch (thrown) {
    return { ok: false, message: reasonOf(thrown) };
  }
}
