/** A worker that answers, fails, and dies, as it is asked. */
import { serve } from '../../src/log/serve.ts';
import { LogError } from '../../src/ports/log.ts';

/** What it can be asked. */
export type FragileCalls = {
  readonly echo: { readonly ask: string; readonly answer: string };
  readonly refuse: { readonly ask: null; readonly answer: null };
  readonly ignore: { readonly ask: null; readonly answer: null };
  readonly crash: { readonly ask: null; readonly answer: null };
  readonly close: { readonly ask: null; readonly answer: null };
};

serve<FragileCalls>({
  echo: (text) => text,
  refuse: () => {
    throw new LogError('full', 'the disk is full');
  },
  ignore: () => {
    // Longer than any test waits, and ended with the worker.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return null;
  },
  crash: () => {
    process.nextTick(() => {
      throw new RangeError('out of everything');
    });
    return null;
  },
  close: () => null,
});
