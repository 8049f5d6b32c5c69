import type { Diagnostic, Recovery, Service } from '../../model/configuration.ts';
import type { CapabilityId } from '../../model/ids.ts';
import { blockedPath } from '../impact/answer-impact.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { impact } from '../graph/impact.ts';
import type { Hit } from '../graph/impact.ts';

const DRILL_DAYS = 180;
const DAY_MS = 86_400_000;

/**
 * What is left when a service fails: `recovery/none`, `recovery/break-glass-only`, `recovery/undeclared`. Each
 * capability is taken down in the mode that hurts most (`wrong`: caches rarely cover it).
 */
export function recovery(graph: Graph, now: number): readonly Diagnostic[] {
  return [...graph.services.values()].flatMap((service) => {
    const tier = graph.tiers.get(service.id) ?? 1;
    if (service.recovery.length === 0) return service.external || tier > 1 ? [] : [undeclared(service, tier)];
    const verdicts = (graph.capabilitiesOf.get(service.id) ?? []).map((node) => verdictFor(graph, node, service));
    const worst = verdicts.find((v) => v.left.length === 0) ?? verdicts.find((v) => v.left.every((r) => r.breakGlass));
    return worst === undefined ? [] : [found(service, worst, now)];
  });
}

interface Verdict {
  readonly capability: CapabilityId;
  readonly left: readonly Recovery[];
  readonly blocked: readonly { readonly way: Recovery; readonly path: readonly CapabilityId[] }[];
}

function verdictFor(graph: Graph, node: Node, service: Service): Verdict {
  const hits: ReadonlyMap<CapabilityId, Hit> = impact({
    graph,
    forced: new Map([[node.id, { state: 'down', mode: 'wrong', since: 0, clearable: false }]]),
    provenAt: () => undefined,
    now: 0,
  });
  const judged = service.recovery.map((way) => ({
    way,
    path: way.needs.map((id) => blockedPath(id, hits)).find((p) => p.length > 0) ?? [],
  }));
  return {
    capability: node.id,
    left: judged.filter((j) => j.path.length === 0).map((j) => j.way),
    blocked: judged.filter((j) => j.path.length > 0),
  };
}

function undeclared(service: Service, tier: number): Diagnostic {
  return {
    code: 'recovery/undeclared',
    severity: 'warning',
    subject: service.id,
    message: `${service.id} is tier ${String(tier)} and declares no way to recover`,
    place: service.place,
    help: 'declare the ways out with what each needs: recovery: [{ name: …, needs: [cd.deploy] }]',
  };
}

function found(service: Service, { capability, left, blocked }: Verdict, now: number): Diagnostic {
  const why = blocked.map(({ way, path }) => `"${way.name}" needs ${path.join(' → ')}`).join('; ');
  const base = {
    subject: capability,
    place: service.recovery[0]?.place ?? service.place,
    path: blocked[0]?.path ?? [capability],
  };
  if (left.length === 0) {
    return {
      ...base,
      code: 'recovery/none',
      severity: 'error',
      message: `no declared recovery of ${service.id} works while ${capability} is down: ${why}`,
      help: `declare a recovery that does not need ${blocked[0]?.path[0] ?? capability}, or a break-glass one`,
    };
  }
  const drills = left.map((way) => `"${way.name}", ${drilled(way, now)}`).join('; ');
  return {
    ...base,
    code: 'recovery/break-glass-only',
    severity: 'warning',
    message: `only break-glass recovers ${service.id} while ${capability} is down: ${drills}${why === '' ? '' : `. ${why}`}`,
    help: 'declare a recovery that does not rest on what failed, or drill the break-glass one regularly',
  };
}

function drilled(way: Recovery, now: number): string {
  if (way.drilled === undefined) return 'never drilled';
  const days = Math.floor((now - Date.parse(way.drilled)) / DAY_MS);
  return days > DRILL_DAYS ? `last drilled ${way.drilled}, ${String(days)} days ago` : `drilled ${way.drilled}`;
}
