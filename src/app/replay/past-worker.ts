import { parentPort, workerData } from 'node:worker_threads';
import type { Diagnostic } from '../../model/configuration.ts';
import { figuresOf } from './figures-of.ts';
import { openHistory, ReplayError } from './history.ts';
import type { History } from './history.ts';
import type { PastAnswer, PastWork } from './past-work.ts';
import { readSentRules } from './read-rules.ts';
import { replayedJson } from './replayed-json.ts';
import { replay } from './replay.ts';
import { whatIfJson } from './what-if-json.ts';
import { whatIf } from './what-if.ts';

/** Mistakes in rules that are told; the first of them are enough to mend. */
const MAX_TOLD = 5;

/** The thread that lives through a data folder again for one question, and ends. */
async function answer({ folder, asked }: PastWork): Promise<PastAnswer> {
  await using history = await openHistory(folder);
  try {
    switch (asked.kind) {
      case 'figures':
        return { kind: 'figures', figures: await figuresOf(history, asked.span) };
      case 'replay':
        return await replayed(history, asked.replay);
    }
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    return { kind: 'refused', refusal: { kind: 'not-found', message: error.message } };
  }
}

async function replayed(
  history: History,
  { rules, ...span }: Extract<PastWork['asked'], { kind: 'replay' }>['replay'],
): Promise<PastAnswer> {
  if (rules === undefined) return { kind: 'replayed', replayed: replayedJson(await replay(history, span)) };
  const read = await readSentRules(rules);
  if (read.kind === 'refused')
    return { kind: 'refused', refusal: { kind: 'invalid', message: mistakes(read.diagnostics) } };
  return { kind: 'replayed', replayed: whatIfJson(await whatIf(history, read.rules, span)) };
}

function mistakes(diagnostics: readonly Diagnostic[]): string {
  const told = diagnostics.filter(({ severity }) => severity === 'error').slice(0, MAX_TOLD);
  const lines = told.map(({ place, message }) =>
    place === undefined ? message : `${place.file}:${String(place.line)}:${String(place.column)}: ${message}`,
  );
  return `rules: ${lines.join('; ')}`;
}

parentPort?.postMessage(await answer(workerData as PastWork));
