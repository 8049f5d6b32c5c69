import type { CapabilityId, ChannelId, ServiceId } from '../model/ids.ts';
import type { Declarations } from './gather.ts';
import type { Mistakes } from './mistakes.ts';
import { nearestName, suggestion } from './nearest-name.ts';
import { tellRepeated } from './tell-double.ts';
import { child, placeOf } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

/** The capability of a service that declares none. */
const ONLY_CAPABILITY = 'up';

/** Every name that something else may refer to, taken from the text itself: also of what is otherwise wrong. */
export interface Names {
  /** The service's capabilities, in declared order; at least one. */
  readonly capabilities: ReadonlyMap<string, readonly string[]>;
  readonly channels: ReadonlySet<string>;
  /** A file could not be read to its end, so what looks unknown may stand in there: nothing is told about that. */
  readonly incomplete: boolean;
  readonly mistakes: Mistakes;
}

/** Collects the names that documents declare. */
export function namesOf(declarations: Declarations, incomplete: boolean, mistakes: Mistakes): Names {
  const capabilities = new Map<string, readonly string[]>();
  for (const { name, node } of declarations.services.values()) {
    const declared = child(node, 'capabilities');
    const names = declared?.kind === 'map' ? [...declared.entries.keys()] : [];
    capabilities.set(name, names.length > 0 ? names : [ONLY_CAPABILITY]);
  }
  return { capabilities, channels: new Set(declarations.channels.keys()), incomplete, mistakes };
}

/** The capability that a reference means: `service.capability`, or a bare service that has exactly one. */
export function capabilityNamed(reference: string, node: YamlNode, names: Names): CapabilityId | undefined {
  const dot = reference.indexOf('.');
  const service = dot < 0 ? reference : reference.slice(0, dot);
  const own = names.capabilities.get(service);
  if (own === undefined) {
    tellUnknownService(service, reference, node, names);
    return undefined;
  }
  if (dot < 0) {
    if (own.length === 1) return `${service}.${own[0]}` as CapabilityId;
    names.mistakes.error({
      code: 'config/ambiguous-service',
      place: placeOf(node),
      subject: reference,
      message: `${service} has ${own.length} capabilities: ${own.map((name) => `${service}.${name}`).join(', ')}`,
      help: 'say which one is meant',
    });
    return undefined;
  }
  const capability = reference.slice(dot + 1);
  if (own.includes(capability)) return reference as CapabilityId;
  const near = nearestName(capability, own);
  tellUnknown(
    'config/unknown-capability',
    `${service} has no capability ${capability}`,
    near === undefined
      ? `it has ${own.map((name) => `${service}.${name}`).join(', ')}`
      : `did you mean ${service}.${near}?`,
    { reference, node, names },
  );
  return undefined;
}

/** All of a list's references, unknown and repeated ones told, unknown ones left out. */
export function capabilitiesNamed(
  references: readonly (readonly [string, YamlNode])[],
  names: Names,
): readonly CapabilityId[] {
  const known = references.flatMap(([reference, node]): readonly (readonly [CapabilityId, YamlNode])[] => {
    const id = capabilityNamed(reference, node, names);
    return id === undefined ? [] : [[id, node]];
  });
  tellRepeated(known, names.mistakes);
  return known.map(([id]) => id);
}

/** A service that must exist. */
export function serviceNamed(reference: string, node: YamlNode, names: Names): ServiceId | undefined {
  if (names.capabilities.has(reference)) return reference as ServiceId;
  tellUnknownService(reference, reference, node, names);
  return undefined;
}

/** A channel that must exist. */
export function channelNamed(reference: string, node: YamlNode, names: Names): ChannelId | undefined {
  if (names.channels.has(reference)) return reference as ChannelId;
  const help = suggestion(reference, [...names.channels], 'channels');
  tellUnknown('config/unknown-channel', `there is no channel ${reference}`, help, { reference, node, names });
  return undefined;
}

function tellUnknownService(service: string, reference: string, node: YamlNode, names: Names): void {
  const near = nearestName(service, names.capabilities.keys());
  const help =
    near === undefined ? `declare it: services: { ${service}: { external: true } }` : `did you mean ${near}?`;
  tellUnknown('config/unknown-service', `there is no service ${service}`, help, { reference, node, names });
}

function tellUnknown(
  code: string,
  message: string,
  help: string | undefined,
  { reference, node, names }: { reference: string; node: YamlNode; names: Names },
): void {
  if (!names.incomplete) names.mistakes.error({ code, place: placeOf(node), subject: reference, message, help });
}
