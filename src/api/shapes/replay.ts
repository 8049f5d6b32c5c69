import { arrayOf, COUNT, FLAG, named, NULLABLE_INSTANT, NULLABLE_TEXT, object, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';

const PAGES = arrayOf({ type: 'object' } as const);

/** What came of deciding a part of the log again. */
export const ReplayShape = named(
  'Replay',
  object(
    {
      same: { ...FLAG, description: 'every decision, or under other rules every page, comes out as it was' },
      entries: COUNT,
      from: NULLABLE_INSTANT,
      to: NULLABLE_INSTANT,
      pages: { ...PAGES, description: 'as they were sent' },
      pagesNow: { ...PAGES, description: 'under the rules that were given' },
      between: { ...object({ least: COUNT, most: COUNT }), description: 'how many pages, whatever nobody knows' },
      added: PAGES,
      removed: PAGES,
      earlier: PAGES,
      later: PAGES,
      uncertain: { ...PAGES, description: 'what depends on runs that nobody made, with both outcomes' },
      assumedRuns: COUNT,
      limits: { ...PAGES, description: 'what the log cannot tell, by probe' },
      difference: { type: 'object', description: 'without rules: the first entry that decides something else now' },
      decisionHash: object({ recorded: NULLABLE_TEXT, now: NULLABLE_TEXT }),
      stateHash: TEXT,
    },
    ['pagesNow', 'between', 'assumedRuns', 'limits', 'difference', 'decisionHash', 'stateHash'],
  ),
);

/** A replay, as it is sent. */
export type ReplayBody = FromSchema<typeof ReplayShape>;
