import { z } from 'zod';
import { pattern } from '../judging/text-pattern.ts';
import { hostName, networkFields, portNumber } from '../net/fields.ts';

/** The `tcp` kind's own fields. */
export const tcpOptions = z.strictObject({
  host: hostName(),
  port: portNumber(),
  send: z.string().min(1).max(4096).optional(),
  expect: z
    .strictObject({ contains: z.string().min(1).max(1000).optional(), matches: pattern().optional() })
    .refine((expect) => (expect.contains ?? expect.matches) !== undefined, 'say contains or matches')
    .optional(),
  ...networkFields,
});

/** What a `tcp` probe does, parsed. */
export type TcpOptions = z.output<typeof tcpOptions>;
