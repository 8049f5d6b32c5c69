import type { Configuration, Diagnostic } from '../../model/configuration.ts';
import { compileGraph } from '../graph/graph.ts';
import { circles } from './circles.ts';
import { coverage } from './coverage.ts';
import { ownership } from './ownership.ts';
import { recovery } from './recovery.ts';
import { routing } from './routing.ts';

/**
 * Findings about a valid configuration. They never stop anything; each says where, why (a path), and what to
 * do. `now` is wall time in milliseconds: drills grow old. Sorted by place, then code.
 */
export function lint(configuration: Configuration, now: number): readonly Diagnostic[] {
  const graph = compileGraph(configuration);
  const findings = [
    ...circles(graph),
    ...coverage(graph),
    ...recovery(graph, now),
    ...routing(graph),
    ...ownership(graph),
  ];
  return findings.sort((a, b) => {
    const x = a.place;
    const y = b.place;
    const byFile = (x?.file ?? '') < (y?.file ?? '') ? -1 : (x?.file ?? '') > (y?.file ?? '') ? 1 : 0;
    return (
      byFile ||
      (x?.line ?? 0) - (y?.line ?? 0) ||
      (x?.column ?? 0) - (y?.column ?? 0) ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
    );
  });
}
