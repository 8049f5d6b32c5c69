import type { Configuration, Probe } from '../../model/configuration.ts';
import type { ProbeId } from '../../model/ids.ts';
import type { Refusal } from '../../model/view.ts';
import { compileGraph } from '../graph/graph.ts';
import type { Node } from '../graph/graph.ts';

/** What was changed, by the names of services, and whether what needs it is looked at too. */
export interface VerifyQuestion {
  readonly services: readonly string[];
  readonly dependents: boolean;
}

/**
 * The probes that can tell whether a change did harm, by id: those of the services and those that prove them, and of
 * their dependents, near and far, where these are asked for. Pushed and disabled ones cannot be run.
 */
export function probesToVerify(
  configuration: Configuration,
  { services, dependents }: VerifyQuestion,
): readonly Probe[] | Refusal {
  const graph = compileGraph(configuration);
  const wanted = configuration.services.filter(({ id }) => services.includes(id));
  const missing = services.filter((name) => !wanted.some(({ id }) => id === name));
  if (missing.length > 0) return { kind: 'not-found', message: `there is no service ${missing.join(', ')}` };
  const own = wanted.flatMap(({ id }) => graph.capabilitiesOf.get(id) ?? []);
  const found = new Map<ProbeId, Probe>();
  for (const probe of [
    ...wanted.flatMap(({ id }) => graph.probesOf.get(id) ?? []),
    ...(dependents ? withDependents(own) : own).flatMap(({ probes }) => probes),
  ])
    if (probe.enabled && probe.schedule.kind !== 'pushed') found.set(probe.id, probe);
  if (found.size > 0) return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    kind: 'invalid',
    message: `nothing can be run to verify ${services.join(', ')}: no probe of it is ours to run`,
  };
}

function withDependents(nodes: readonly Node[]): readonly Node[] {
  const reached = new Set(nodes);
  // A set is visited in order of insertion, additions included.
  for (const node of reached) for (const dependent of node.dependents) reached.add(dependent.node);
  return [...reached];
}
