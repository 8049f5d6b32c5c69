import { z } from 'zod';
import { duration, secret } from '../../ports/fields.ts';
import { identityField } from '../dialogue/identity.ts';
import { networkFields, tlsFields } from '../net/fields.ts';
import { parsePlace, type PlaceRules } from './place.ts';

/** What a query is when none is given: it proves that the server parses and plans, and nothing about data. */
const DEFAULT_QUERY = 'select 1';

/** The operator's table for identity and canaries, where no other is named. */
const DEFAULT_TABLE = 'tocsin';

const expectation = z.strictObject({
  /** How many rows the query gives. */
  rows: z.number().int().min(0).max(100_000).optional(),
  /** The first column of its first row. */
  value: z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]).optional(),
  /** `primary`: takes writes. */
  role: z.enum(['primary', 'replica']).optional(),
  /** How far a replica may be behind. */
  maxLag: duration().optional(),
});

/** The fields of a kind that speaks SQL. TLS is spoken where `tls` is given, always verified. */
export function sqlOptions(rules: PlaceRules) {
  return z
    .strictObject({
      url: secret(),
      query: z.string().trim().min(1).max(10_000).default(DEFAULT_QUERY),
      expect: expectation.prefault({}),
      identity: identityField.optional(),
      /** Inserts a row into the operator's table, reads it back and deletes it again, each on its own. */
      write: z.boolean().default(false),
      /** `name` or `schema.name`. */
      table: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/, 'not the plain name of a table')
        .default(DEFAULT_TABLE),
      tls: tlsFields.unwrap().optional(),
      ...networkFields,
    })
    .superRefine((options, context) => {
      const place = parsePlace(options.url, rules);
      if (!place.ok) context.addIssue({ code: 'custom', path: ['url'], message: place.why });
      else if (place.place.encrypted === false && options.tls !== undefined) {
        const message = 'the url says to do without TLS, and tls is given';
        context.addIssue({ code: 'custom', path: ['tls'], message });
      }
    });
}

/** What a kind that speaks SQL does, parsed. */
export type SqlOptions = z.output<ReturnType<typeof sqlOptions>>;

/** Whether a run reads or writes anything that somebody put there. */
export function isDeep({ query, expect, identity, write }: SqlOptions): boolean {
  const wanted = [expect.rows, expect.value, expect.role, expect.maxLag, identity];
  return write || query.toLowerCase() !== DEFAULT_QUERY || wanted.some((one) => one !== undefined);
}
