import { serve } from './serve.ts';
import type { WriterCalls } from './calls.ts';
import { LogWriter } from './writer/log-writer.ts';

/** The thread that alone writes the log. */
const writer = new LogWriter();

serve<WriterCalls>({
  open: (options) => writer.open(options),
  commit: (commit) => writer.commit(commit),
  prune: (slice) => writer.prune(slice),
  close: () => writer.close(),
});
