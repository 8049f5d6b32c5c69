import { z } from 'zod';
import { hostName, networkFields } from '../net/fields.ts';

/** The `ping` kind's own fields. */
export const pingOptions = z.strictObject({
  host: hostName(),
  /** How many are sent to each address; one answer is enough. */
  count: z.number().int().min(1).max(10).default(3),
  ...networkFields,
});

/** Whom a `ping` probe asks, parsed. */
export type PingOptions = z.output<typeof pingOptions>;
