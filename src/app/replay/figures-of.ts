import { FigureCounter } from '../../core/stats/figures.ts';
import type { Figures } from '../../core/stats/figures.ts';
import { engine } from '../../core/tocsin-engine.ts';
import { entriesWithDecisions, startOf } from './history.ts';
import type { History, Span } from './history.ts';

/** Between decisions, states are looked at so often: a cache that runs out, evidence that goes stale. */
const LOOK_EVERY_MS = 60_000;

/** Over which part, and the objective of capabilities for which none is declared: a share of time below 1. */
export interface FiguresAsked extends Span {
  readonly objective?: number;
}

/**
 * Figures over a span of a history; objectives are those of the configuration at its end. Reads only; rejects with
 * LogError or ReplayError.
 */
export async function figuresOf(history: History, span: FiguresAsked = {}): Promise<Figures> {
  const start = await startOf(history, span);
  const counter = new FigureCounter();
  let { state } = start;
  let lookAt = -Infinity;
  for await (const [entry, decided] of entriesWithDecisions(history, start.afterN, span.to)) {
    try {
      ({ state } = engine.reduce(state, entry));
    } catch {
      // As the daemon: such an entry is kept and passed over.
    }
    if (entry.at < (span.from ?? -Infinity)) continue;
    counter.count(entry, decided);
    const isTrouble = decided !== undefined || (entry.kind === 'observation' && entry.outcome !== 'pass');
    if (!isTrouble && entry.at < lookAt) continue;
    counter.look(entry.at, engine.capabilityStates(state));
    lookAt = entry.at + LOOK_EVERY_MS;
  }
  const declared = new Map(engine.configuration(state)?.capabilities.map(({ id, objective }) => [id, objective]));
  return counter.figures((capability) => declared.get(capability) ?? span.objective);
}
