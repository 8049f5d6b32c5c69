import type { z } from 'zod';
import type { Capability, Need, Recovery, Service, Tier } from '../model/configuration.ts';
import type { CapabilityId, ServiceId } from '../model/ids.ts';
import { canonicalJson } from './canonical-json.ts';
import { checkName } from './gather.ts';
import type { Declaration } from './gather.ts';
import { AcceptSchema, CapabilitySchema, NeedSchema, RecoverySchema, ServiceSchema } from './grammar/service.ts';
import type { WrittenNeed } from './grammar/service.ts';
import type { Mistakes } from './mistakes.ts';
import { capabilitiesNamed, capabilityNamed } from './names.ts';
import type { Names } from './names.ts';
import { entriesOf, itemPlaces, readFields, readItems, withNodes } from './read-fields.ts';
import { tellContradictingNeeds } from './tell-contradicting-needs.ts';
import { child, placeOf } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

/** A service with its capabilities, its probes still to be read. */
export interface CompiledService {
  readonly service: Service;
  readonly capabilities: readonly Capability[];
  /** The URL of `probe: URL`. */
  readonly probeUrl?: string;
  readonly declaration: Declaration;
}

/** Reads one service: everything but its probes. */
export function compileService(declaration: Declaration, names: Names, mistakes: Mistakes): CompiledService {
  const { name, node, key } = declaration;
  const fields = readFields(ServiceSchema, { node, at: key, subject: `services.${name}`, name }, mistakes, [
    'capabilities',
    'probes',
    'needs',
    'recovery',
    'accept',
  ]);
  for (const entry of ['capabilities', 'probes'] as const) tellUnlessMapping(node, entry, name, mistakes);
  const id = name as ServiceId;
  const inService = { subject: `services.${name}`, mistakes };
  const owner = fields.owner ?? declaration.owner;
  const service: Service = {
    id,
    ...(fields.title === undefined ? {} : { title: fields.title }),
    ...(fields.description === undefined ? {} : { description: fields.description }),
    ...(fields.tier === undefined ? {} : { tier: fields.tier as Tier }),
    ...(owner === undefined ? {} : { owner }),
    external: fields.external ?? false,
    ...(fields.runbook === undefined ? {} : { runbook: fields.runbook }),
    ...(fields.detectWithin === undefined ? {} : { detectWithinMs: fields.detectWithin }),
    ...(fields.pageAfter === undefined ? {} : { pageAfterMs: fields.pageAfter }),
    labels: sortedLabels(fields.labels ?? {}),
    recovery: recoveriesOf(readItems(RecoverySchema, node, 'recovery', inService), names),
    start: capabilitiesNamed(withNodes(fields.start ?? [], child(node, 'start')), names),
    ...placesOf(node),
    accept: readItems(AcceptSchema, node, 'accept', inService).map(([accept, at]) => ({
      ...accept,
      place: placeOf(at),
    })),
    place: placeOf(key),
  };
  const shared = needsOf(readItems(NeedSchema, node, 'needs', inService), names);
  return {
    service,
    capabilities: capabilitiesOf(declaration, { needs: shared, objective: fields.objective }, names, mistakes),
    ...(fields.probe === undefined ? {} : { probeUrl: fields.probe }),
    declaration,
  };
}

/** Where lint points for what has no place of its own. */
function placesOf(node: YamlNode): Pick<Service, 'places'> {
  const promise = child(node, 'detectWithin');
  return {
    places: {
      start: itemPlaces(child(node, 'start')),
      ...(promise === undefined ? {} : { detectWithin: placeOf(promise) }),
    },
  };
}

function capabilitiesOf(
  declaration: Declaration,
  shared: { readonly needs: readonly Need[]; readonly objective: number | undefined },
  names: Names,
  mistakes: Mistakes,
): readonly Capability[] {
  const withObjective = (objective = shared.objective): Pick<Capability, 'objective'> =>
    objective === undefined ? {} : { objective };
  const service = declaration.name as ServiceId;
  const declared = entriesOf(declaration.node, 'capabilities');
  if (declared.length === 0) {
    tellContradictingNeeds([], shared.needs, mistakes);
    const [name = ''] = names.capabilities.get(service) ?? [];
    const place = placeOf(declaration.key);
    const id = `${service}.${name}` as CapabilityId;
    return [{ id, service, name, ...withObjective(), needs: shared.needs, place }];
  }
  return declared.map(([name, key, node]) => {
    checkName(name, key, mistakes);
    const where = { node, at: key, subject: `services.${service}.capabilities.${name}`, name };
    const fields = readFields(CapabilitySchema, where, mistakes, ['needs']);
    const own = needsOf(readItems(NeedSchema, node, 'needs', { subject: where.subject, mistakes }), names);
    tellContradictingNeeds(own, shared.needs, mistakes);
    return {
      id: `${service}.${name}` as CapabilityId,
      service,
      name,
      ...(fields.title === undefined ? {} : { title: fields.title }),
      ...(fields.down === undefined ? {} : { down: fields.down }),
      ...withObjective(fields.objective),
      needs: distinct([...own, ...shared.needs]),
      place: placeOf(key),
    };
  });
}

function needsOf(written: readonly (readonly [WrittenNeed, YamlNode])[], names: Names): readonly Need[] {
  return written.map(([need, node]) => needOf(need, node, names)).filter((need) => need !== undefined);
}

function needOf(need: WrittenNeed, node: YamlNode, names: Names): Need | undefined {
  const place = placeOf(node);
  if (typeof need === 'string') {
    const of = capabilityNamed(need, node, names);
    return of && { kind: 'hard', of, place };
  }
  if ('soft' in need) {
    const of = capabilityNamed(need.soft, child(node, 'soft') ?? node, names);
    return of && { kind: 'soft', of, place };
  }
  if ('cached' in need) {
    const of = capabilityNamed(need.cached, child(node, 'cached') ?? node, names);
    return of && { kind: 'cached', of, ttlMs: need.ttl, covers: need.covers, cold: need.cold, place };
  }
  if ('unclassified' in need) return unclassifiedNeed(need.unclassified, node, names);
  const of = capabilitiesNamed(withNodes(need.any, child(node, 'any')), names);
  if (of.length < need.any.length) return undefined;
  return redundantNeed(of, need.min, node, names);
}

/** As soft, so that a draft takes nothing down that nobody has thought about. */
function unclassifiedNeed(reference: string, node: YamlNode, names: Names): Need | undefined {
  const of = capabilityNamed(reference, child(node, 'unclassified') ?? node, names);
  if (of === undefined) return undefined;
  names.mistakes.finding('warning', {
    code: 'need/unclassified',
    place: placeOf(node),
    subject: of,
    message: `nobody has said how much ${of} is needed; until then it counts as soft`,
    help: `write ${reference} where its failure takes this one down, else { soft: ${reference} } or { cached: ${reference}, ttl: … }`,
  });
  return { kind: 'soft', of, place: placeOf(node) };
}

function redundantNeed(of: readonly CapabilityId[], min: number, node: YamlNode, names: Names): Need | undefined {
  const place = placeOf(child(node, 'min') ?? node);
  if (min > of.length) {
    const message = `min is ${min}, but any has only ${of.length}`;
    names.mistakes.error({ code: 'config/range', place, message });
    return undefined;
  }
  return { kind: 'any', of, min, place: placeOf(node) };
}

/** A need that a capability and its service both declare is one need. */
function distinct(needs: readonly Need[]): readonly Need[] {
  if (needs.length < 2) return needs;
  const seen = new Set<string>();
  return needs.filter(({ place: _, ...need }) => {
    const key = canonicalJson(need);
    return seen.has(key) ? false : seen.add(key);
  });
}

function recoveriesOf(
  recoveries: readonly (readonly [z.output<typeof RecoverySchema>, YamlNode])[],
  names: Names,
): readonly Recovery[] {
  const first = new Map<string, YamlNode>();
  return recoveries.map(([written, at]) => {
    const before = first.get(written.name);
    if (before === undefined) first.set(written.name, at);
    else tellSameName(written.name, at, before, names.mistakes);
    return {
      name: written.name,
      needs: capabilitiesNamed(withNodes(written.needs, child(at, 'needs')), names),
      places: itemPlaces(child(at, 'needs')),
      breakGlass: written.breakGlass,
      ...(written.drilled === undefined ? {} : { drilled: written.drilled }),
      ...(written.url === undefined ? {} : { url: written.url }),
      place: placeOf(at),
    };
  });
}

function tellSameName(name: string, second: YamlNode, first: YamlNode, mistakes: Mistakes): void {
  const { file, line, column } = placeOf(first);
  mistakes.error({
    code: 'config/double',
    place: placeOf(child(second, 'name') ?? second),
    subject: name,
    message: `a recovery called ${name} is defined twice, first at ${file}:${line}:${column}`,
    help: 'give each its own name',
  });
}

function tellUnlessMapping(node: YamlNode, key: string, service: string, mistakes: Mistakes): void {
  const value = child(node, key);
  if (value === undefined || value.kind === 'map' || (value.kind === 'scalar' && value.value === null)) return;
  mistakes.error({
    code: 'config/type',
    place: placeOf(value),
    subject: `services.${service}.${key}`,
    message: `${key} must be a mapping of names, not ${value.kind === 'list' ? 'a list' : 'a value'}`,
    help:
      key === 'capabilities'
        ? 'write it like capabilities: { read: {}, write: {} }'
        : 'write it like probes: { web: { kind: http, url: … } }',
  });
}

function sortedLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
