import { parentPort, workerData } from 'node:worker_threads';
import { figuresOf } from './figures-of.ts';
import { openHistory, ReplayError } from './history.ts';
import type { PastAnswer, PastWork } from './past-work.ts';

/** The thread that lives through a data folder again for one question, and ends. */
async function answer({ folder, asked }: PastWork): Promise<PastAnswer> {
  await using history = await openHistory(folder);
  try {
    return { kind: 'figures', figures: await figuresOf(history, asked.span) };
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    return { kind: 'refused', refusal: { kind: 'not-found', message: error.message } };
  }
}

parentPort?.postMessage(await answer(workerData as PastWork));
