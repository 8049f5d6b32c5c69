import type { ObservationSummary } from '../../ports/log.ts';
import type { SummaryQuery } from '../calls.ts';
import { readContents } from '../contents.ts';
import { Contents, decodeTimings, type Timing } from '../page/decode.ts';
import type { Page } from '../page/page.ts';
import type { Statements } from '../statements.ts';
import { summarise } from '../summary.ts';
import { boundsOf, readObservations } from './read-observations.ts';

/** Counts and latencies of one probe per step of time. Runs in a read transaction. */
export function readSummary(statements: Statements, query: SummaryQuery): ObservationSummary[] {
  return summarise(timings(statements, query), query);
}

function* timings(statements: Statements, { probe, from, to }: SummaryQuery): Generator<Timing> {
  const contents = new Contents();
  for (const text of readObservations(statements, boundsOf({ probe, from, to, limit: Number.MAX_SAFE_INTEGER }))) {
    const page = JSON.parse(text) as Page;
    contents.add(readContents(statements, contents.missing(page)));
    yield* decodeTimings(page, contents);
  }
}
