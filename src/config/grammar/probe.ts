import { z } from 'zod';
import { readCron } from '../../core/cron-expression.ts';
import { FAILURE_CLASSES } from '../../model/failure.ts';
import { duration } from '../../ports/fields.ts';
import { PINNABLE, pinValue } from './pin-value.ts';
import type { PinnableFact } from './pin-value.ts';
import { instant, listOf, timezone } from './words.ts';

const notify = z.enum(['page', 'ticket', 'record']);
/** A value that a fact must have, for a while or always. */
function pinOf(fact: PinnableFact) {
  const value = pinValue(fact);
  const forAWhile = z.strictObject({
    value: value.meta({ description: 'what it must be' }),
    from: instant().optional().meta({ description: 'valid from then on' }),
    until: instant().optional().meta({ description: 'and valid no more from then on' }),
  });
  return z.union([value, forAWhile]);
}

/** Where probes may connect. */
export const AllowSchema = z
  .strictObject({
    cidrs: z.array(addressRange()).optional().meta({ description: 'only these; default: everywhere' }),
    deny: z.array(addressRange()).default([]).meta({ description: 'never these' }),
  })
  .meta({ examples: [{ cidrs: ['10.0.0.0/8'], deny: ['10.9.0.0/16'] }] });

/** A cron expression, checked. */
export function cron(): z.ZodType<string, string> {
  return z
    .string()
    .superRefine((text, context) => {
      const read = readCron(text);
      if (read.kind === 'problem') context.addIssue({ code: 'custom', message: read.problem });
    })
    .meta({ examples: ['0 3 * * 0'] });
}

/** Fields that `defaults` may set for every probe. */
const shared = {
  every: duration().optional().meta({ description: 'interval, phase-spread; tier 0: 15s', default: '30s' }),
  cron: cron().optional().meta({ description: 'instead of `every`; seconds allowed' }),
  timezone: timezone().optional().meta({ description: 'of `cron`', default: 'UTC' }),
  timeout: duration()
    .optional()
    .meta({ description: 'for the whole run, every step included; at most `every`', default: '10s' }),
  confirm: z
    .strictObject({
      failures: z.int().min(1).max(100).optional().meta({ default: 3 }),
      every: duration().optional().meta({ default: '5s' }),
    })
    .optional()
    .meta({ description: 'pace and count of re-runs after a first failure; also the pace of recovery' }),
  recover: z
    .strictObject({ successes: z.int().min(1).max(100).optional().meta({ default: 2 }) })
    .optional()
    .meta({ description: 'passing again after that many in a row' }),
  ratio: z
    .strictObject({
      failures: z.int().min(1).max(1000).optional().meta({ default: 4 }),
      of: z.int().min(1).max(1000).optional().meta({ default: 12 }),
    })
    .optional()
    .meta({ description: 'degraded when that many of the last runs failed' }),
  effect: z
    .enum(['down', 'degraded'])
    .optional()
    .meta({ description: 'what failing makes of its capabilities; default: by class' }),
  notify: notify.optional().meta({ description: 'the most this probe may cause as a root', default: 'page' }),
  watch: z
    .record(z.string(), notify)
    .optional()
    .meta({ description: 'tell the owner when that fact changes', examples: [{ addresses: 'ticket' }] }),
  onDemand: z.boolean().optional().meta({ description: 'whether it may run out of turn; default: by kind' }),
  allow: AllowSchema.optional().meta({ description: 'narrows where it may connect' }),
};

/** An assertion in full; a plain string is short for `that` alone. */
export const AssertionSchema = z.union([
  z.string().min(1),
  z.strictObject({
    that: z.string().min(1).meta({ description: 'CEL over the measured values' }),
    because: z.string().optional().meta({ description: 'what to say when it is not true' }),
    class: z.enum(FAILURE_CLASSES).default('semantic.assertion'),
  }),
]);

/** Fields of every kind of probe. */
export const ProbeSchema = z.strictObject({
  kind: z.string(),
  proves: z
    .union([
      z.array(z.string()).min(1),
      z.strictObject({
        reach: z.array(z.string()).default([]),
        read: z.array(z.string()).default([]),
        write: z.array(z.string()).default([]),
      }),
    ])
    .optional()
    .meta({ description: "capabilities of this service, or by step kind; default: the service's only one" }),
  ...shared,
  grace: duration().optional().meta({ description: 'of pushed kinds: how late is too late', default: '10m' }),
  assert: listOf(AssertionSchema)
    .optional()
    .meta({ description: 'what must be true of the measured values', examples: [['latencyMs < 500']] }),
  pin: z
    .strictObject(Object.fromEntries(PINNABLE.map((fact) => [fact, listOf(pinOf(fact)).optional()])))
    .optional()
    .meta({ description: 'facts that must hold', examples: [{ addresses: ['10.2.0.0/16'] }] }),
  enabled: z.boolean().default(true),
});

/** What the root file may set for all probes and pages. */
export const ProbeDefaultsSchema = z.strictObject(shared);

/** An address, or a range of them (`10.0.0.0/8`, `fd00::/8`). */
function addressRange(): z.ZodType<string, string> {
  const forms = [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()];
  return z
    .string()
    .refine(
      (text) => forms.some((form) => form.safeParse(text).success),
      'not an address or a range such as 10.0.0.0/8',
    );
}
