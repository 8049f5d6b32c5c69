import type { Configuration, Service } from '../../model/configuration.ts';
import type { CapabilityView, ProbeView, ServiceView } from '../../model/view.ts';
import { instantOrNull } from '../instant.ts';
import { arrayOf, COUNT, FLAG, named, NULLABLE_INSTANT, NULLABLE_TEXT, object, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { CAPABILITY_STATE } from './capability-state.ts';

const CapabilityShape = named(
  'Capability',
  object({
    capability: TEXT,
    title: NULLABLE_TEXT,
    state: CAPABILITY_STATE,
    shallow: { ...FLAG, description: 'up, but proven only by something that answers' },
    via: { ...arrayOf(TEXT), description: 'the needs that make it so' },
    until: { ...NULLABLE_INSTANT, description: 'when a cache runs out' },
  }),
);

const ProbeShape = named(
  'Probe',
  object({
    probe: TEXT,
    kind: TEXT,
    status: { type: 'string', enum: ['passing', 'suspect', 'failing', 'recovering', 'unknown'] },
    since: NULLABLE_INSTANT,
    lastAt: NULLABLE_INSTANT,
    lastOutcome: { ...NULLABLE_TEXT, description: 'pass, fail or unknown; null before the first run' },
    class: NULLABLE_TEXT,
    message: NULLABLE_TEXT,
    facts: { type: 'object', description: 'values that rarely change: addresses, certificate, version' },
    warnings: arrayOf(object({ class: TEXT, message: TEXT })),
  }),
);

const FIELDS = {
  service: TEXT,
  title: NULLABLE_TEXT,
  owner: NULLABLE_TEXT,
  tier: COUNT,
  state: CAPABILITY_STATE,
  capabilities: arrayOf(CapabilityShape),
  probes: arrayOf(ProbeShape),
} as const;

/** A service as it stands. */
export const ServiceShape = named('Service', object(FIELDS));

/** A service as it is sent. */
export type ServiceBody = FromSchema<typeof ServiceShape>;

/** A service as it stands, and what was declared about it. */
export const ServiceDetailShape = named(
  'ServiceDetail',
  object({
    ...FIELDS,
    description: NULLABLE_TEXT,
    external: FLAG,
    runbook: NULLABLE_TEXT,
    labels: { type: 'object', additionalProperties: TEXT },
    recovery: arrayOf(
      object({
        name: TEXT,
        needs: arrayOf(TEXT),
        breakGlass: FLAG,
        drilled: { ...NULLABLE_TEXT, description: 'ISO date of the last drill' },
        url: NULLABLE_TEXT,
      }),
    ),
  }),
);

/** The titles that were given to capabilities, by id. */
export type CapabilityTitles = ReadonlyMap<string, string>;

export function capabilityTitles({ capabilities }: Configuration): CapabilityTitles {
  return new Map(capabilities.flatMap(({ id, title }) => (title === undefined ? [] : [[id, title]])));
}

export function serviceBody(view: ServiceView, titles: CapabilityTitles): ServiceBody {
  const { service, title, owner, tier, state } = view;
  return {
    service,
    title,
    owner,
    tier,
    state,
    capabilities: view.capabilities.map((each) => capabilityBody(each, titles)),
    probes: view.probes.map(probeBody),
  };
}

/** A service and what was declared about it, as it is sent. */
export type ServiceDetailBody = FromSchema<typeof ServiceDetailShape>;

export function serviceDetailBody(view: ServiceView, titles: CapabilityTitles, declared: Service): ServiceDetailBody {
  return {
    ...serviceBody(view, titles),
    description: declared.description ?? null,
    external: declared.external,
    runbook: declared.runbook ?? null,
    labels: declared.labels,
    recovery: declared.recovery.map(({ name, needs, breakGlass, drilled, url }) => {
      return { name, needs, breakGlass, drilled: drilled ?? null, url: url ?? null };
    }),
  };
}

function capabilityBody(view: CapabilityView, titles: CapabilityTitles): FromSchema<typeof CapabilityShape> {
  const { capability, state, shallow, via, until } = view;
  return { capability, title: titles.get(capability) ?? null, state, shallow, via, until: instantOrNull(until) };
}

function probeBody(view: ProbeView): FromSchema<typeof ProbeShape> {
  const { probe, kind, status, since, lastAt, lastOutcome, message, facts, warnings } = view;
  return {
    probe,
    kind,
    status,
    since: instantOrNull(since),
    lastAt: instantOrNull(lastAt),
    lastOutcome,
    class: view.class,
    message,
    facts,
    warnings,
  };
}
