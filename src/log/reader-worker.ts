import { serve } from './serve.ts';
import type { ReaderCalls } from './calls.ts';
import { LogReading } from './reader/log-reading.ts';

/** The thread that reads the log, so that no query delays a commit. */
const reading = new LogReading();

serve<ReaderCalls>({
  open: (options) => reading.open(options),
  entries: ({ after }) => reading.entries(after),
  contents: (ids) => reading.contents(ids),
  observations: (query) => reading.observations(query),
  summary: (query) => reading.summary(query),
  decisions: (query) => reading.decisions(query),
  decided: ({ after }) => reading.decided(after),
  checkpoint: (within) => reading.checkpoint(within),
  close: () => reading.close(),
});
