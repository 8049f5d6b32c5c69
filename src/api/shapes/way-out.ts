import { arrayOf, FLAG, named, NULLABLE_TEXT, object, TEXT } from '../json-schema.ts';

/** A declared way out, and whether it stands right now. */
export const WayOutShape = named(
  'WayOut',
  object({
    service: TEXT,
    name: TEXT,
    state: {
      type: 'string',
      enum: ['works', 'unproven', 'blocked'],
      description: 'works: all its needs have fresh evidence; unproven: some have none',
    },
    breakGlass: FLAG,
    blockedBy: arrayOf(TEXT),
    drilled: { ...NULLABLE_TEXT, description: 'ISO date of the last drill' },
    url: NULLABLE_TEXT,
  }),
);
