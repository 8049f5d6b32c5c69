import type { Channel } from '../model/configuration.ts';
import type { ChannelId } from '../model/ids.ts';
import type { ChannelKind } from '../ports/channel-kind.ts';
import { knownKind } from './compile-probes.ts';
import { canonicalJson } from './canonical-json.ts';
import { kindWords } from './explain-issues.ts';
import type { Declarations } from './gather.ts';
import { ChannelSchema } from './grammar/root.ts';
import type { Mistakes } from './mistakes.ts';
import { capabilitiesNamed } from './names.ts';
import type { Names } from './names.ts';
import { holdsSecret, ownOptions, withKeys } from './own-options.ts';
import { itemPlaces, readFields, withNodes } from './read-fields.ts';
import { child, placeOf, plainAsWritten } from './yaml-tree.ts';

/** What is common to all kinds of channels. */
export const COMMON_KEYS = Object.keys(ChannelSchema.shape);

/** A channel, and beside it its kind's options with their secrets. */
export interface CompiledChannel {
  readonly channel: Channel;
  readonly options: unknown;
}

/** Compiles all channels; those whose options are wrong are told and left out. */
export function compileChannels(
  { channels }: Declarations,
  kinds: ReadonlyMap<string, ChannelKind>,
  names: Names,
  mistakes: Mistakes,
): readonly CompiledChannel[] {
  return [...channels.values()].flatMap(({ name, key, node }) => {
    const subject = `channels.${name}`;
    if (node.kind !== 'map') {
      const message = `${name} must be a mapping, not ${kindWords(node)}`;
      mistakes.error({ code: 'config/type', place: placeOf(node), subject, message });
      return [];
    }
    const common = withKeys(node, (field) => COMMON_KEYS.includes(field));
    const fields = readFields(ChannelSchema, { node: common, at: key, subject, name }, mistakes);
    const needs = capabilitiesNamed(withNodes(fields.needs ?? [], child(node, 'needs')), names);
    const kindNode = child(node, 'kind');
    if (kindNode === undefined || fields.kind === undefined) return [];
    const kind = knownKind(kindNode, kinds, `${subject}.kind`, mistakes);
    if (kind === undefined) return [];
    const options = ownOptions({ name, key, node, kind, common: COMMON_KEYS, subject }, mistakes);
    if (options === undefined) return [];
    const places = itemPlaces(child(node, 'needs'));
    const written = holdsSecret({ node, kind }) ? {} : { written: canonicalJson(plainAsWritten(node)) };
    const channel = { id: name as ChannelId, kind: kind.name, needs, ...written, places, place: placeOf(key) };
    return [{ channel, options }];
  });
}
