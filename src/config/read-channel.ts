import type { Channel } from '../model/configuration.ts';
import type { ChannelKind } from '../ports/channel-kind.ts';
import { COMMON_KEYS } from './compile-channels.ts';
import { interpolate } from './interpolate.ts';
import type { Interpolation } from './interpolate.ts';
import { Mistakes } from './mistakes.ts';
import { ownOptions } from './own-options.ts';
import { parseYaml } from './parse-yaml.ts';
import { Source } from './source.ts';

/** What a channel's declaration is read again with. */
export interface ReadChannelWith extends Pick<Interpolation, 'read' | 'env'> {
  readonly channelKinds: ReadonlyMap<string, ChannelKind>;
}

/** Its options, with secrets as they are now; or in one line why they cannot be had. */
export type ReadChannel =
  { readonly ok: true; readonly options: unknown } | { readonly ok: false; readonly message: string };

/** Reads again the declaration of a channel that left the configuration, so that what it owes can be delivered. */
export async function readChannel(channel: Channel, given: ReadChannelWith): Promise<ReadChannel> {
  const { id, written, place } = channel;
  if (written === undefined) return refused('a secret stood in its declaration itself, which is therefore not kept');
  const kind = given.channelKinds.get(channel.kind);
  if (kind === undefined) return refused(`there is no channel kind ${channel.kind}`);
  const mistakes = new Mistakes();
  // JSON is YAML. It stood in the root file, the only one that may hold channels.
  const [node] = parseYaml(new Source(place.file, written, 'root'), mistakes);
  if (node !== undefined) {
    await interpolate(node, { read: given.read, env: given.env, trustedEnv: new Set(), mistakes });
    const subject = `channels.${id}`;
    const options = ownOptions({ name: id, key: node, node, kind, common: COMMON_KEYS, subject }, mistakes);
    if (mistakes.errors === 0 && options !== undefined) return { ok: true, options };
  }
  return refused(mistakes.inOrder().find(({ severity }) => severity === 'error')?.message ?? 'it says nothing');
}

function refused(message: string): ReadChannel {
  return { ok: false, message };
}
