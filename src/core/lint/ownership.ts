import type { Configuration, Diagnostic, Place } from '../../model/configuration.ts';
import type { Graph } from '../graph/graph.ts';

/** `owner/missing`, `runbook/missing` on tier 0 or 1 of ours · `vantage/none`. */
export function ownership(graph: Graph): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  for (const service of graph.services.values()) {
    const tier = graph.tiers.get(service.id) ?? 1;
    if (service.external || tier > 1) continue;
    const base = { severity: 'warning' as const, subject: service.id, place: service.place };
    if (service.owner === undefined) {
      findings.push({
        ...base,
        code: 'owner/missing',
        message: `${service.id} is tier ${String(tier)} and belongs to nobody`,
        help: 'say whom to page: owner: team-name',
      });
    }
    if (service.runbook === undefined) {
      findings.push({
        ...base,
        code: 'runbook/missing',
        message: `${service.id} is tier ${String(tier)} and has no runbook`,
        help: 'say where it is written what to do at night: runbook: https://…',
      });
    }
  }
  if (graph.configuration.anchors.length === 0 && graph.configuration.probes.length > 0) {
    const place = beginningOfTheRoot(graph.configuration);
    findings.push({
      code: 'vantage/none',
      severity: 'warning',
      subject: 'vantage',
      ...(place === undefined ? {} : { place }),
      message: 'without anchors the monitor cannot tell the failure of its own network from that of its targets',
      help: 'name two or three things outside that nearly always answer: vantage: { anchors: [{ tcp: 192.0.2.1:443 }] }',
    });
  }
  return findings;
}

/** What is missing stands nowhere: the beginning of the root file, which is the one that holds the channels. */
function beginningOfTheRoot({ channels, routes, services }: Configuration): Place | undefined {
  const file = (channels[0] ?? routes[0] ?? services[0])?.place.file;
  return file === undefined ? undefined : { file, line: 1, column: 1, endLine: 1, endColumn: 2 };
}
