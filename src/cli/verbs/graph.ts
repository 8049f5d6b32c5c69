/*
 * tocsin graph [--format text|dot|mermaid|json] [--around CAPABILITY]
 *
 *   tocsin graph --format mermaid > graph.md
 *   tocsin graph --around rekor.append
 *
 * Reads only. The compiled graph, with the tiers that result. Exit 0 · 2: bad configuration.
 */
import { Option } from 'commander';
import type { Command } from 'commander';
import { compileGraph } from '../../core/graph/graph.ts';
import type { Edge, Graph, Node } from '../../core/graph/graph.ts';
import { validConfiguration, withConfig } from '../options.ts';
import type { ConfigOption } from '../options.ts';
import { Exit, paint, printJson } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends ConfigOption {
  readonly format: 'text' | 'dot' | 'mermaid' | 'json';
  readonly around?: string;
}

export function graphVerb(program: Command, terminal: Terminal): void {
  withConfig(program.command('graph'))
    .description('print the compiled service graph')
    .addOption(new Option('--format <format>', 'how').choices(['text', 'dot', 'mermaid', 'json']).default('text'))
    .option('--around <capability>', 'only what it rests on and what rests on it')
    .option('--json', 'the same as --format json')
    .action(async (options: Options & { readonly json?: boolean }) => {
      const graph = compileGraph(await validConfiguration(options, terminal));
      const nodes = options.around === undefined ? graph.nodes : neighbourhood(terminal, graph, options.around);
      print(terminal, graph, nodes, options.json === true ? 'json' : options.format);
    });
}

function neighbourhood(terminal: Terminal, graph: Graph, name: string): readonly Node[] {
  const centre = graph.byId.get(name as never) ?? graph.capabilitiesOf.get(name as never)?.[0];
  if (centre === undefined) {
    terminal.err(`no capability ${name} in this configuration\n`);
    throw new Exit(2);
  }
  const kept = new Set<Node>();
  const walk = (next: (n: Node) => readonly Node[]): void => {
    const work = [centre];
    const seen = new Set(work);
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      kept.add(node);
      for (const other of next(node)) {
        if (seen.has(other)) continue;
        seen.add(other);
        work.push(other);
      }
    }
  };
  walk((n) => n.needs.flatMap((e) => e.to));
  walk((n) => n.dependents.map((d) => d.node));
  return graph.nodes.filter((n) => kept.has(n));
}

function print(terminal: Terminal, graph: Graph, nodes: readonly Node[], format: Options['format']): void {
  switch (format) {
    case 'text':
      text(terminal, nodes);
      return;
    case 'dot':
      terminal.out(
        `digraph tocsin {\n  rankdir=LR;\n${lines(nodes, (from, to, edge) => `  "${from}" -> "${to}" [style=${{ hard: 'solid', soft: 'dotted', cached: 'dashed', any: 'bold' }[edge.need.kind]}];\n`)}}\n`,
      );
      return;
    case 'mermaid':
      terminal.out(
        `graph LR\n${lines(nodes, (from, to, edge) => `  ${idOf(from)}["${from}"] ${{ hard: '-->', soft: '-.->', cached: '-. cached .->', any: '== any ==>' }[edge.need.kind]} ${idOf(to)}["${to}"]\n`)}`,
      );
      return;
    case 'json':
      printJson(terminal, {
        services: [...graph.services.values()].map((s) => ({
          id: s.id,
          title: s.title ?? null,
          owner: s.owner ?? null,
          tier: graph.tiers.get(s.id) ?? null,
          external: s.external,
        })),
        capabilities: nodes.map((n) => ({
          id: n.id,
          service: n.service.id,
          tier: n.tier,
          probes: n.probes.map((p) => p.id),
          needs: n.needs.map((e) => ({ ...e.need, place: undefined })),
        })),
      });
      return;
    default:
      format satisfies never;
  }
}

function text(terminal: Terminal, nodes: readonly Node[]): void {
  let service = '';
  for (const node of nodes) {
    if (node.service.id !== service) {
      service = node.service.id;
      terminal.out(
        `${paint(terminal, 'bold', service)}  ${paint(terminal, 'dim', `tier ${String(node.tier)}, ${node.service.owner ?? 'no owner'}`)}\n`,
      );
    }
    const probes = node.probes.length === 0 ? 'not probed' : node.probes.map((p) => p.name).join(', ');
    terminal.out(`  ${node.capability.name}  ${paint(terminal, 'dim', probes)}\n`);
    for (const edge of node.needs) terminal.out(`    needs ${words(edge)}\n`);
  }
}

function words({ need }: Edge): string {
  switch (need.kind) {
    case 'hard':
      return need.of;
    case 'soft':
      return `${need.of} (soft)`;
    case 'cached':
      return `${need.of} (cached ${String(need.ttlMs / 1000)} s, covers ${need.covers.join(', ')}, then ${need.cold})`;
    case 'any':
      return `any ${String(need.min)} of ${need.of.join(', ')}`;
    default:
      return need satisfies never;
  }
}

function lines(nodes: readonly Node[], line: (from: string, to: string, edge: Edge) => string): string {
  const shown = new Set(nodes);
  return nodes
    .flatMap((n) => n.needs.flatMap((e) => e.to.filter((t) => shown.has(t)).map((t) => line(n.id, t.id, e))))
    .join('');
}

function idOf(name: string): string {
  return name.replace(/[^a-z0-9]/g, '_');
}
