import type { Configuration, Need } from '../../model/configuration.ts';
import type { DaemonView } from '../../ports/daemon-view.ts';
import { arrayOf, COUNT, FLAG, named, NULLABLE_TEXT, object, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { CAPABILITY_STATE } from './capability-state.ts';

const NeedShape = named(
  'Need',
  object(
    {
      kind: { type: 'string', enum: ['hard', 'soft', 'cached', 'any'] },
      of: { ...arrayOf(TEXT), description: 'one capability; with any: all that it may choose from' },
      ttlMs: COUNT,
      covers: arrayOf({ type: 'string', enum: ['unreachable', 'error', 'wrong', 'slow'] }),
      cold: { type: 'string', enum: ['down', 'degraded'] },
      min: COUNT,
    },
    ['ttlMs', 'covers', 'cold', 'min'],
  ),
);

/** The compiled graph with the states of now. */
export const GraphShape = named(
  'Graph',
  object({
    services: arrayOf(
      object({
        id: TEXT,
        title: NULLABLE_TEXT,
        owner: NULLABLE_TEXT,
        tier: COUNT,
        external: FLAG,
        state: CAPABILITY_STATE,
      }),
    ),
    capabilities: arrayOf(
      object({
        id: TEXT,
        service: TEXT,
        title: NULLABLE_TEXT,
        down: { ...NULLABLE_TEXT, description: 'what it means for people when it is down' },
        state: CAPABILITY_STATE,
        needs: arrayOf(NeedShape),
        probes: { ...arrayOf(TEXT), description: 'those that prove it' },
      }),
    ),
  }),
);

/** The graph as it is sent. */
export type GraphBody = FromSchema<typeof GraphShape>;

export function graphBody(view: DaemonView): GraphBody {
  const configuration = view.configuration();
  const services = new Map(view.services().map((each) => [each.service, each]));
  const states = new Map(view.capabilityStates());
  const proving = probesByCapability(configuration);
  return {
    services: configuration.services.map(({ id, title, owner, external }) => {
      const { tier = 0, state = 'unknown' } = services.get(id) ?? {};
      return { id, title: title ?? null, owner: owner ?? null, tier, external, state };
    }),
    capabilities: configuration.capabilities.map(({ id, service, title, down, needs }) => ({
      id,
      service,
      title: title ?? null,
      down: down ?? null,
      state: states.get(id) ?? 'unknown',
      needs: needs.map(needBody),
      probes: proving.get(id) ?? [],
    })),
  };
}

function needBody(need: Need): FromSchema<typeof NeedShape> {
  switch (need.kind) {
    case 'hard':
    case 'soft':
      return { kind: need.kind, of: [need.of] };
    case 'cached':
      return { kind: need.kind, of: [need.of], ttlMs: need.ttlMs, covers: need.covers, cold: need.cold };
    case 'any':
      return { kind: need.kind, of: need.of, min: need.min };
  }
}

function probesByCapability({ probes }: Configuration): ReadonlyMap<string, readonly string[]> {
  const proving = new Map<string, string[]>();
  for (const { id, proves } of probes) {
    for (const capability of new Set([...proves.reach, ...proves.read, ...proves.write])) {
      const known = proving.get(capability);
      if (known === undefined) proving.set(capability, [id]);
      else known.push(id);
    }
  }
  return proving;
}
