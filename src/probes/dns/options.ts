import { z } from 'zod';
import { nameServer } from '../net/fields.ts';
import { RCODES, RECORD_TYPES } from '../net/dns-query.ts';

const values = z.array(z.string().min(1).max(1000)).min(1).max(100);

const expectation = z.strictObject({
  rcode: z.enum(RCODES).default('NOERROR'),
  /** `allOf`: each of these is there. `anyOf`: one of these is. `within`: nothing else is (CIDR ranges, `*`). */
  answers: z
    .strictObject({ allOf: values.optional(), anyOf: values.optional(), within: values.optional() })
    .refine((a) => (a.allOf ?? a.anyOf ?? a.within) !== undefined, 'say allOf, anyOf or within')
    .optional(),
  /** Every canonical name that is followed is one of these, and there is at least one. */
  cname: values.optional(),
  minAnswers: z.number().int().min(0).max(100).optional(),
  /** RFC 1982 arithmetic; for type SOA. */
  serialNewerThan: z.number().int().min(0).max(4_294_967_295).optional(),
  dnssec: z
    .literal(true)
    .optional()
    .meta({ description: 'the name server vouches for the answer by DNSSEC (the AD bit)' }),
});

/** The `dns` kind's own fields. */
export const dnsOptions = z
  .strictObject({
    name: z
      .string()
      .max(254)
      .regex(/^(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?$/, 'not a domain name'),
    type: z.enum(RECORD_TYPES).default('A'),
    resolver: nameServer().optional(),
    resolvers: z.array(nameServer()).min(1).max(8).optional(),
    agree: z.enum(['all', 'any']).default('all'),
    expect: expectation.prefault({}),
  })
  .superRefine((options, context) => {
    if (options.resolver !== undefined && options.resolvers !== undefined) {
      context.addIssue({ code: 'custom', path: ['resolver'], message: 'say resolver or resolvers, not both' });
    }
    if (options.expect.serialNewerThan !== undefined && options.type !== 'SOA') {
      const path = ['expect', 'serialNewerThan'];
      context.addIssue({ code: 'custom', path, message: 'only a record of type SOA has a serial' });
    }
  });

/** What a `dns` probe asks, parsed. */
export type DnsOptions = z.output<typeof dnsOptions>;
