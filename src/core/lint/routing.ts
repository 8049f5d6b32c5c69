import type { Diagnostic } from '../../model/configuration.ts';
import type { Graph } from '../graph/graph.ts';
import { loudnessOf } from '../paging/loudness.ts';
import { destinations } from '../paging/route.ts';

/** `page/none`: a failure of a probed service would reach nobody. */
export function routing(graph: Graph): readonly Diagnostic[] {
  return [...graph.services.values()].flatMap((service) => {
    const probes = graph.probesOf.get(service.id) ?? [];
    if (probes.every((p) => !p.enabled || p.notify === 'record')) return [];
    const tier = graph.tiers.get(service.id) ?? 1;
    const event = loudnessOf('down', tier, false);
    if (event === 'record') return [];
    const routed = {
      tier,
      owner: service.owner ?? graph.configuration.serverOwner ?? null,
      service: service.id,
      capabilities: (graph.capabilitiesOf.get(service.id) ?? []).map((n) => n.id),
      kind: 'service',
      class: null,
      labels: service.labels,
      at: 0,
    };
    if (destinations(graph.configuration, routed, event).length > 0) return [];
    return [
      {
        code: 'page/none',
        severity: 'error' as const,
        subject: service.id,
        message: `a failure of ${service.id} (tier ${String(tier)}, owner ${routed.owner ?? 'nobody'}) would reach nobody: no route leads a ${event} to a channel`,
        place: service.place,
        path: [service.id],
        help: 'add a route without `match` at the end, so that nothing falls through',
      },
    ];
  });
}
