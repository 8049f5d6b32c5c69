import { z } from 'zod';
import { httpAuthField, httpUrl, networkFields, tlsFields } from '../net/fields.ts';

const expectation = z
  .strictObject({
    min: z.number().optional(),
    max: z.number().optional(),
    /** What no value at all amounts to. Green has to be asked for. */
    absent: z.enum(['fail', 'pass']).default('fail'),
  })
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, {
    path: ['min'],
    message: 'is above max: no value could ever be right',
  });

/** The `prometheus` kind's own fields. */
export const prometheusOptions = z.strictObject({
  /** Where its API begins: `/api/v1/query` is added. */
  url: httpUrl().refine((url) => !url.includes('?'), 'a query string does not belong here; write it in query'),
  query: z.string().trim().min(1).max(10_000),
  expect: expectation.prefault({}),
  auth: httpAuthField.optional(),
  tls: tlsFields,
  ...networkFields,
});

/** What a `prometheus` probe asks, parsed. */
export type PrometheusOptions = z.output<typeof prometheusOptions>;
