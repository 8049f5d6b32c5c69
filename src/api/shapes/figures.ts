import type { Figures } from '../../core/stats/figures.ts';
import { instantOrNull } from '../instant.ts';
import { arrayOf, COUNT, MILLISECONDS, named, NULLABLE_INSTANT, object, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';

const NULLABLE_MILLISECONDS = { ...MILLISECONDS, type: ['number', 'null'] } as const;
const SHARE = { type: ['number', 'null'], minimum: 0, maximum: 1 } as const;

/** Figures over a span of the log. */
export const FiguresShape = named(
  'Figures',
  object({
    from: { ...NULLABLE_INSTANT, description: 'of the first entry that was counted' },
    to: NULLABLE_INSTANT,
    pages: COUNT,
    pagesPerWeek: { type: ['number', 'null'], description: 'null where the span is shorter than a day' },
    labelled: object({ real: COUNT, false: COUNT, 'no-action': COUNT }),
    falseShare: { ...SHARE, description: 'of the labelled ones' },
    services: {
      ...arrayOf(
        object({
          service: TEXT,
          pages: COUNT,
          labelledFalse: COUNT,
          toPageMs: NULLABLE_MILLISECONDS,
          toAcknowledgeMs: NULLABLE_MILLISECONDS,
        }),
      ),
      description: 'those that paged, with medians; most pages first',
    },
    capabilities: {
      ...arrayOf(
        object({
          capability: TEXT,
          knownMs: MILLISECONDS,
          downMs: MILLISECONDS,
          degradedMs: MILLISECONDS,
          availability: { ...SHARE, description: 'of the known time; null where nothing was known' },
          objective: { ...SHARE, description: 'as declared' },
          budgetLeft: { type: ['number', 'null'], description: '1: untouched, 0: used up, below: overdrawn' },
        }),
      ),
      description: 'least available first',
    },
    flappiest: {
      ...arrayOf(object({ probe: TEXT, runs: COUNT, failures: COUNT, turns: COUNT })),
      description: 'the ten probes whose outcome turned most often',
    },
  }),
);

/** Figures, as they are sent. */
export type FiguresBody = FromSchema<typeof FiguresShape>;

export function figuresBody({ from, to, ...counted }: Figures): FiguresBody {
  return { from: instantOrNull(from), to: instantOrNull(to), ...counted };
}
