import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PastQuestions, ReplayAsked } from '../../api/operation.ts';
import type { Refusal } from '../../model/view.ts';
import type { PastAnswer, PastWork } from './past-work.ts';

/** A question that takes longer is given up. */
const ANSWER_MS = 60_000;
/** Questions that may wait while one is answered. */
const MAX_WAITING = 4;
const MAX_HEAP_MB = 512;

/** What a caller may choose; the rest of the bounds stand fast. */
export interface PastThreadsOptions {
  /** Default: a minute. */
  readonly answerMs?: number;
}

/**
 * Answers questions that live through the log again, each in a thread of its own beside the daemon's: one at a time,
 * within a minute and half a gigabyte, so that probing never waits for them. Disposing ends the one under way.
 */
export class PastThreads implements PastQuestions, AsyncDisposable {
  readonly #folder: string;
  readonly #answerMs: number;
  readonly #closing = new AbortController();
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string, { answerMs = ANSWER_MS }: PastThreadsOptions = {}) {
    this.#folder = folder;
    this.#answerMs = answerMs;
  }

  async figures(span: { readonly from: number; readonly to: number }): ReturnType<PastQuestions['figures']> {
    const answer = await this.#ask({ kind: 'figures', span });
    return answer.kind === 'figures' ? answer.figures : refusalOf(answer);
  }

  async replay(asked: ReplayAsked): ReturnType<PastQuestions['replay']> {
    const answer = await this.#ask({ kind: 'replay', replay: asked });
    return answer.kind === 'replayed' ? answer.replayed : refusalOf(answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#last;
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  async #ask(asked: PastWork['asked']): Promise<PastAnswer> {
    if (this.#waiting > MAX_WAITING) return unavailable('other questions about the past are still being answered');
    this.#waiting++;
    const answer = this.#last.then(() => this.#answer(asked));
    this.#last = answer.catch(() => undefined);
    try {
      return await answer;
    } finally {
      this.#waiting--;
    }
  }

  async #answer(asked: PastWork['asked']): Promise<PastAnswer> {
    if (this.#isClosing()) return unavailable('the daemon is stopping');
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const work: PastWork = { folder: this.#folder, asked };
    const worker = new Worker(new URL(`./past-worker${extension}`, import.meta.url), {
      name: 'the past',
      workerData: work,
      resourceLimits: { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    const late = AbortSignal.timeout(this.#answerMs);
    try {
      // Rejects with what the thread threw, too.
      const [answer] = (await once(worker, 'message', { signal: AbortSignal.any([late, this.#closing.signal]) })) as [
        PastAnswer,
      ];
      return answer;
    } catch (error) {
      if (this.#isClosing()) return unavailable('the daemon is stopping');
      if (!late.aborted) throw error;
      const seconds = String(this.#answerMs / 1000);
      return unavailable(`the log could not be lived through within ${seconds} s; ask for a shorter span`);
    } finally {
      await worker.terminate();
    }
  }
}

function refusalOf(answer: PastAnswer): Refusal {
  if (answer.kind === 'refused') return answer.refusal;
  throw new Error(`a thread was asked one thing and answered another: ${answer.kind}`);
}

function unavailable(message: string): { readonly kind: 'refused'; readonly refusal: Refusal } {
  return { kind: 'refused', refusal: { kind: 'unavailable', message } };
}
