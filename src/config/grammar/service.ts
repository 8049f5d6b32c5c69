import { z } from 'zod';
import { MODES } from '../../model/failure.ts';
import { duration } from '../../ports/fields.ts';
import { capabilityRef, day, percentage } from './words.ts';

/** How a capability leans on another: hard (a plain name), soft, cached, or any of several. */
export const NeedSchema = z
  .union([
    capabilityRef().meta({ description: 'hard: while it is down, this one is down too' }),
    z.strictObject({ soft: capabilityRef() }).meta({ description: 'soft: while it is down, this one is degraded' }),
    z
      .strictObject({
        cached: capabilityRef(),
        ttl: duration().meta({ description: 'how long what is held keeps working', examples: ['10m', '7d'] }),
        covers: z
          .array(z.enum(MODES))
          .min(1)
          .default(['unreachable'])
          .meta({ description: 'the modes of failure that the cache survives' }),
        cold: z
          .enum(['down', 'degraded'])
          .default('down')
          .meta({ description: 'what becomes of this one when the cache no longer helps' }),
      })
      .meta({ description: 'cached: works on what it holds, for a while' }),
    z
      .strictObject({
        any: z.array(capabilityRef()).min(1),
        min: z.int().min(1).default(1).meta({ description: 'how many of them must stand' }),
      })
      .meta({ description: 'redundant: down when fewer than `min` stand' }),
    z
      .strictObject({ unclassified: capabilityRef() })
      .meta({ description: 'nobody has said yet how much; counts as soft, and `check` reports it' }),
  ])
  .meta({ instead: { hard: 'a hard need is the plain name of what is needed, without hard:' } });

/** One need as it is written. */
export type WrittenNeed = z.output<typeof NeedSchema>;

const needs = z.array(NeedSchema).meta({ description: 'what it leans on' });

/** One capability of a service. */
export const CapabilitySchema = z
  .strictObject({
    title: z
      .string()
      .optional()
      .meta({ examples: ['Sign an image'] }),
    down: z.string().optional().meta({ description: 'what it means for people when it is down; shown in pages' }),
    objective: percentage()
      .optional()
      .meta({ description: 'the share of time in which it should not be down; default: that of its service' }),
    needs: needs.optional(),
  })
  .meta({ description: 'one thing that the service can do for others' });

/** How long from onset until a page may leave: one for all tiers, or by tier. */
export const pageAfter = z.union([
  duration(),
  z.strictObject({
    '0': duration().optional(),
    '1': duration().optional(),
    '2': duration().optional(),
    '3': duration().optional(),
  }),
]);

/** One way out. */
export const RecoverySchema = z
  .strictObject({
    name: z.string().min(1),
    needs: z.array(capabilityRef()).default([]).meta({ description: 'all of these must work for it to work' }),
    breakGlass: z.boolean().default(false).meta({ description: 'an emergency way around the usual controls' }),
    drilled: day().optional().meta({ description: 'when it was last tried' }),
    url: z.string().optional(),
  })
  .meta({ description: 'a way out; alternatives to each other' });

/** A finding that somebody decided to live with. */
export const AcceptSchema = z.strictObject({
  code: z
    .string()
    .min(1)
    .meta({ examples: ['recovery/none'] }),
  because: z.string().min(1),
  until: day(),
});

/** A service. `capabilities` and `probes` are read entry by entry elsewhere. */
export const ServiceSchema = z
  .strictObject({
    title: z
      .string()
      .optional()
      .meta({ examples: ['Docker image signing'] }),
    description: z.string().optional(),
    tier: z.int().min(0).max(3).optional().meta({ description: '0 most urgent … 3' }),
    owner: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'the team that is told; default: the owner of the document' }),
    external: z.boolean().default(false).meta({ description: 'somebody else runs it' }),
    runbook: z
      .string()
      .optional()
      .meta({ examples: ['https://wiki.example/dis'] }),
    detectWithin: duration()
      .optional()
      .meta({ description: 'a promise; `check` proves that the schedule can keep it', examples: ['2m'] }),
    pageAfter: duration().optional().meta({ description: 'overrides the default of its tier' }),
    objective: percentage()
      .optional()
      .meta({ description: 'the share of time in which each of its capabilities should not be down' }),
    labels: z
      .record(z.string(), z.string())
      .default({})
      .meta({ examples: [{ env: 'prod' }] }),
    needs: needs.optional().meta({ description: 'added to the needs of each capability' }),
    capabilities: z
      .record(z.string(), z.unknown().meta({ part: 'capability' }))
      .nullish()
      .meta({ description: 'without any, the service has exactly one, named up' }),
    probe: z
      .string()
      .optional()
      .meta({
        description: 'a URL: short for one probe named after its kind',
        examples: ['https://pay.example/health', 'tcp://db.example:5432'],
      }),
    probes: z.record(z.string(), z.unknown().meta({ part: 'probe' })).nullish(),
    recovery: z.array(RecoverySchema).default([]).meta({ description: 'alternatives; each needs all of its needs' }),
    start: z.array(capabilityRef()).default([]).meta({ description: 'what a cold start needs beyond the hard needs' }),
    accept: z.array(AcceptSchema).default([]).meta({ description: 'findings that are accepted, and until when' }),
  })
  .meta({ description: 'a service' });
