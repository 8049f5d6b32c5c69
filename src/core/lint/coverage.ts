import type { Diagnostic, Probe } from '../../model/configuration.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { listed } from '../paging/words.ts';
import { capabilitiesOfProbe } from '../graph/graph.ts';

/**
 * `coverage/unprobed`: a hard need without any probe (an error where it, or what needs it hard, is tier 0 or 1) ·
 * `coverage/shallow`: tier 0 or 1, and only shallow evidence · `coverage/redundant`: the same probe twice.
 */
export function coverage(graph: Graph): readonly Diagnostic[] {
  return [
    ...graph.nodes.flatMap((node) => (node.probes.length === 0 ? unprobed(graph, node) : shallow(node))),
    ...[...graph.probesOf.values()].flatMap(redundant),
  ];
}

function unprobed(graph: Graph, node: Node): readonly Diagnostic[] {
  const needed = node.dependents.filter((d) => d.edge.need.kind === 'hard');
  const [first] = needed;
  if (first === undefined) return [];
  const { place } = first.edge.need;
  const tier = needed.reduce<number>((best, d) => Math.min(best, d.node.tier), node.tier);
  const off = (graph.probesOf.get(node.service.id) ?? []).find(
    (probe) => !probe.enabled && capabilitiesOfProbe(probe).includes(node.id),
  );
  const disabled = off === undefined ? '' : ` (${off.id} is disabled)`;
  const by = listed(
    needed.map((d) => d.node.id),
    5,
  );
  return [
    {
      code: 'coverage/unprobed',
      severity: tier <= 1 ? 'error' : 'warning',
      subject: node.id,
      message: `${node.id} is needed hard by ${by}, and nothing probes it${disabled}`,
      place,
      path: [first.node.id, node.id],
      proofs: [{ title: 'the need', edges: [{ from: first.node.id, to: node.id, kind: 'hard', place }] }],
      help: `give ${node.service.id} a probe that uses ${node.id} as its consumers do${provesHint(node, graph)}`,
    },
  ];
}

function provesHint(node: Node, graph: Graph): string {
  const several = (graph.capabilitiesOf.get(node.service.id) ?? []).length > 1;
  return several ? `, with proves: [${node.capability.name}]` : '';
}

function shallow(node: Node): readonly Diagnostic[] {
  if (node.tier > 1 || node.probes.some((probe) => probe.deep)) return [];
  const names = node.probes.map((probe) => probe.id);
  return [
    {
      code: 'coverage/shallow',
      severity: 'warning',
      subject: node.id,
      message: `${node.id} is tier ${String(node.tier)}, and its only evidence is shallow: ${names.join(', ')}`,
      place: node.probes[0]?.place ?? node.capability.place,
      path: [node.id],
      help: 'check what comes back, not only that something answers: expect content, an identity, a signature',
    },
  ];
}

/** Of probes that prove the same with the same steps, each but the first is too many. */
function redundant(probes: readonly Probe[]): readonly Diagnostic[] {
  const first = new Map<string, Probe>();
  return probes.flatMap((probe): Diagnostic[] => {
    if (!probe.enabled) return [];
    const same = JSON.stringify([
      probe.kind,
      probe.optionsHash,
      probe.proves,
      probe.assert.map((a) => a.that),
      probe.pins,
    ]);
    const before = first.get(same);
    if (before === undefined) {
      first.set(same, probe);
      return [];
    }
    return [
      {
        code: 'coverage/redundant',
        severity: 'info',
        subject: probe.id,
        message: `${probe.id} does the same steps as ${before.id} (line ${String(before.place.line)}) and proves the same: ${listed(capabilitiesOfProbe(probe))}`,
        place: probe.place,
        help: `keep one of them, or let one look elsewhere: another address, another value, a write`,
      },
    ];
  });
}
