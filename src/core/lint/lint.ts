import type { AcceptedFinding, Configuration, Diagnostic, Place } from '../../model/configuration.ts';
import { compileGraph } from '../graph/graph.ts';
import { applyAcceptances } from './acceptance.ts';
import { blackStart } from './black-start.ts';
import { circles } from './circles.ts';
import { coverage } from './coverage.ts';
import { detection } from './detection.ts';
import { ownership } from './ownership.ts';
import { recovery } from './recovery.ts';
import { routing } from './routing.ts';
import { selfPage } from './self-page.ts';
import { windows } from './windows.ts';

/** What there is to say about a valid configuration. */
export interface Findings {
  /** Those that count, sorted by place, then code. */
  readonly findings: readonly Diagnostic[];
  /** Those that were accepted in place. */
  readonly accepted: readonly AcceptedFinding[];
}

/**
 * Findings about a valid configuration. They never stop anything; each says where, why (a path), and what to do.
 * `now` is wall time in milliseconds: drills and acceptances grow old. `read` are the findings that reading the
 * text already gave (an inline secret); they can be accepted like the others.
 */
export function lint(configuration: Configuration, now: number, read: readonly Diagnostic[] = []): Findings {
  const graph = compileGraph(configuration);
  const all = [
    ...read,
    ...circles(graph),
    ...coverage(graph),
    ...detection(graph),
    ...windows(graph),
    ...recovery(graph, now),
    ...blackStart(graph),
    ...routing(graph, now),
    ...selfPage(graph, now),
    ...ownership(graph),
  ];
  const { findings, accepted } = applyAcceptances(graph, all, now);
  return {
    findings: [...findings].sort(byPlace),
    accepted: [...accepted].sort((a, b) => byPlace(a.finding, b.finding)),
  };
}

const NOWHERE: Place = { file: '', line: 0, column: 0, endLine: 0, endColumn: 0 };

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const [x, y] = [a.place ?? NOWHERE, b.place ?? NOWHERE];
  return (
    inOrder(x.file, y.file) ||
    x.line - y.line ||
    x.column - y.column ||
    inOrder(a.code, b.code) ||
    inOrder(a.subject, b.subject)
  );
}

/** Code-unit order: the same on every machine. */
function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
