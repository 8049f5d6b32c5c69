import type { Probe } from '../model/configuration.ts';
import type { CapabilityId, ServiceId } from '../model/ids.ts';
import type { StepKind } from '../model/run.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
import type { ProbeSchema } from './grammar/probe.ts';
import { nearestName } from './nearest-name.ts';
import type { Names } from './names.ts';
import { withNodes } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import { tellRepeated } from './tell-double.ts';
import { child, placeOf } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

/** What tells which capabilities a probe's steps prove. */
export interface ProvesInput {
  readonly fields: Partial<Fields<typeof ProbeSchema>>;
  readonly node: YamlNode;
  readonly key: YamlNode;
  readonly kind: ProbeKind;
  /** Undefined where the kind's options are wrong. */
  readonly options: unknown;
  readonly service: ServiceId;
}

const STEP_KINDS: readonly StepKind[] = ['reach', 'read', 'write'];

/**
 * Which capabilities each kind of step proves. A list counts for every kind of step that the probe has; by
 * default it is the service's only capability, and steps that name capabilities themselves add theirs.
 */
export function compileProves(input: ProvesInput, names: Names): Probe['proves'] {
  const { fields, options, kind, node } = input;
  const steps: readonly { readonly kind: StepKind; readonly proves?: readonly string[] }[] =
    options === undefined ? kind.traits.steps : (kind.steps?.(options) ?? kind.traits.steps);
  const present = STEP_KINDS.filter((stepKind) => steps.some((step) => step.kind === stepKind));
  const byStep: Record<StepKind, Set<CapabilityId>> = { reach: new Set(), read: new Set(), write: new Set() };
  const proves = fields.proves;
  if (Array.isArray(proves)) {
    const ids = resolved(proves, child(node, 'proves'), input, names);
    for (const stepKind of present.length > 0 ? present : STEP_KINDS) ids.forEach((id) => byStep[stepKind].add(id));
  } else if (proves !== undefined) {
    for (const stepKind of STEP_KINDS) {
      const list = child(child(node, 'proves'), stepKind);
      resolved(proves[stepKind], list, input, names).forEach((id) => byStep[stepKind].add(id));
    }
  } else if (!steps.some((step) => step.proves !== undefined) && !mentions(node, 'proves')) {
    const only = onlyCapability(input, names);
    for (const stepKind of present.length > 0 ? present : STEP_KINDS)
      if (only !== undefined) byStep[stepKind].add(only);
  }
  for (const step of steps) {
    if (step.proves === undefined) continue;
    for (const name of step.proves) {
      const id = capabilityOf(name, () => scalarUnder(node, 'proves', name) ?? input.key, input, names);
      if (id !== undefined) byStep[step.kind].add(id);
    }
  }
  return { reach: inOrder(byStep.reach), read: inOrder(byStep.read), write: inOrder(byStep.write) };
}

function resolved(
  written: readonly string[],
  list: YamlNode | undefined,
  input: ProvesInput,
  names: Names,
): readonly CapabilityId[] {
  tellRepeated(withNodes(written, list), names.mistakes);
  return written
    .map((name, index) =>
      capabilityOf(name, () => (list?.kind === 'list' ? list.items[index] : undefined) ?? input.key, input, names),
    )
    .filter((id) => id !== undefined);
}

function capabilityOf(
  name: string,
  where: () => YamlNode,
  { service }: ProvesInput,
  names: Names,
): CapabilityId | undefined {
  const own = names.capabilities.get(service) ?? [];
  if (own.includes(name)) return `${service}.${name}` as CapabilityId;
  const bare = name.startsWith(`${service}.`) ? name.slice(service.length + 1) : name;
  const near = own.includes(bare) ? bare : nearestName(bare, own);
  names.mistakes.error({
    code: 'config/unknown-capability',
    place: placeOf(where()),
    subject: name,
    message: `${service} has no capability ${name}`,
    help:
      near === undefined
        ? `it has ${own.join(', ')}`
        : own.includes(bare)
          ? `write ${bare} alone`
          : `did you mean ${near}?`,
  });
  return undefined;
}

function onlyCapability({ service, key }: ProvesInput, names: Names): CapabilityId | undefined {
  const own = names.capabilities.get(service) ?? [];
  if (own.length === 1) return `${service}.${own[0]}` as CapabilityId;
  names.mistakes.error({
    code: 'config/proves-missing',
    place: placeOf(key),
    subject: service,
    message: `${service} has ${own.length} capabilities, so a probe must say which of them it proves`,
    help: `add proves: [${own.join(', ')}], or fewer of them`,
  });
  return undefined;
}

/** Whether a key of this name stands anywhere: of options that are wrong nothing else is known. */
function mentions(node: YamlNode, key: string): boolean {
  if (node.kind === 'scalar') return false;
  if (node.kind === 'list') return node.items.some((item) => mentions(item, key));
  return node.entries.has(key) || [...node.entries.values()].some(({ value }) => mentions(value, key));
}

/** The first scalar with this text somewhere below a key of this name: where a step names its capability. */
function scalarUnder(node: YamlNode, key: string, text: string, inside = false): YamlNode | undefined {
  if (node.kind === 'scalar') return inside && node.value === text ? node : undefined;
  const below =
    node.kind === 'list'
      ? node.items.map((item) => [inside, item] as const)
      : [...node.entries].map(([name, entry]) => [inside || name === key, entry.value] as const);
  for (const [isInside, value] of below) {
    const found = scalarUnder(value, key, text, isInside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inOrder(ids: ReadonlySet<CapabilityId>): readonly CapabilityId[] {
  return [...ids].sort();
}
