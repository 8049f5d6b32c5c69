import type { NewRules } from '../../core/replay/retold-run.ts';
import { WhatIf } from '../../core/replay/what-if.ts';
import type { WhatIfAnswer } from '../../core/replay/what-if.ts';
import { engine } from '../../core/tocsin-engine.ts';
import { startOf } from './history.ts';
import type { History, Span } from './history.ts';

/** What other rules would have changed, and over how much. */
export interface WhatIfReplayed {
  readonly answer: WhatIfAnswer;
  readonly entries: number;
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * Lives through a history again under other rules. Reads only; memory does not grow with the history. Rejects
 * with LogError or ReplayError.
 */
export async function whatIf(history: History, rules: NewRules, span: Span = {}): Promise<WhatIfReplayed> {
  const start = await startOf(history, span);
  // Each of the three that are decided side by side needs a state of its own.
  const text = engine.snapshot(start.state);
  const asking = new WhatIf(engine, rules, () => (start.afterN === 0 ? engine.initial() : engine.restore(text)));
  let entries = 0;
  let from: number | null = null;
  let to: number | null = null;
  pages: for await (const page of history.entriesAfter(start.afterN)) {
    for (const entry of page) {
      if (entry.n > history.recovered.lastN || entry.at >= (span.to ?? Infinity)) break pages;
      asking.take(entry);
      entries++;
      from ??= entry.at;
      to = entry.at;
    }
  }
  return { answer: asking.end(), entries, from, to };
}
