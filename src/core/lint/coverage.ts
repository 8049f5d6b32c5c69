import type { Diagnostic } from '../../model/configuration.ts';
import type { Graph } from '../graph/graph.ts';

/** `coverage/unprobed`: a hard need without any probe · `coverage/shallow`: tier 0 or 1, and only shallow evidence. */
export function coverage(graph: Graph): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  for (const node of graph.nodes) {
    const needed = node.dependents.filter((d) => d.edge.need.kind === 'hard');
    const first = needed[0];
    if (node.probes.length === 0 && first !== undefined) {
      findings.push({
        code: 'coverage/unprobed',
        severity: node.tier <= 1 ? 'error' : 'warning',
        subject: node.id,
        message: `${node.id} is needed hard by ${needed.map((d) => d.node.id).join(', ')}, and nothing probes it`,
        place: first.edge.need.place,
        path: [first.node.id, node.id],
        help: `give ${node.service.id} a probe that uses ${node.id} as its consumers do`,
      });
    }
    if (node.probes.length > 0 && node.tier <= 1 && node.probes.every((p) => !p.deep)) {
      findings.push({
        code: 'coverage/shallow',
        severity: 'warning',
        subject: node.id,
        message: `${node.id} is tier ${String(node.tier)}, and its only evidence is shallow: ${node.probes.map((p) => p.id).join(', ')}`,
        place: node.probes[0]?.place ?? node.capability.place,
        path: [node.id],
        help: 'check what comes back, not only that something answers: expect content, an identity, a signature',
      });
    }
  }
  return findings;
}
