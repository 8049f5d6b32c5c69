import { z } from 'zod';
import { FAILURE_CLASSES } from '../../model/failure.ts';
import { duration, secret } from '../../ports/fields.ts';
import { AllowSchema, ProbeDefaultsSchema, cron } from './probe.ts';
import { pageAfter } from './service.ts';
import { parseTcpAddress } from './tcp-address.ts';
import { capabilityRef, instant, listOf, timezone, url } from './words.ts';

/** Who may use the API. */
const AuthSchema = z.union([
  z.literal('none').meta({ description: 'reading is open wherever we listen' }),
  z.strictObject({
    tokens: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          role: z.enum(['viewer', 'reporter', 'operator']),
          token: secret(),
        }),
      )
      .min(1),
    public: z.boolean().default(false).meta({ description: 'reading needs no token' }),
  }),
]);

/** The daemon itself. */
export const ServerSchema = z.strictObject({
  instance: z.string().min(1).max(128).default('tocsin').meta({ description: 'part of every dedup key' }),
  owner: z.string().min(1).optional().meta({ description: 'owns incidents about the monitor and its channels' }),
  listen: tcpAddress().optional().meta({ default: '127.0.0.1:9700' }),
  publicUrl: url('https', 'http').optional(),
  auth: AuthSchema.optional(),
  allow: AllowSchema.optional().meta({ description: 'where probes may connect' }),
});

/** Defaults of probes, and the pace of paging. */
export const DefaultsSchema = z.strictObject({
  ...ProbeDefaultsSchema.shape,
  pageAfter: pageAfter.optional().meta({
    description: 'how long from onset until a page may leave',
    default: { 0: '30s', 1: '60s', 2: '5m', 3: '5m' },
  }),
  hold: z
    .strictObject({ min: duration().optional(), max: duration().optional(), after: duration().optional() })
    .optional()
    .meta({ default: { min: '5s', max: '20s', after: '2m' } }),
  causeWithin: duration().optional().meta({ default: '90s' }),
  remind: duration().optional().meta({ default: '1h' }),
});

/** What every channel has; the rest belongs to its kind. */
export const ChannelSchema = z.strictObject({
  kind: z.string(),
  needs: z.array(capabilityRef()).default([]).meta({ description: 'what the channel itself travels through' }),
});

const channels = z.array(z.string());
const TIMES = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const timeOfDay = z
  .string()
  .regex(TIMES, 'not a time of day; write it like 09:00')
  .meta({ examples: ['09:00'] });

/** Who hears. */
export const RouteSchema = z.strictObject({
  match: z
    .strictObject({
      tier: listOf(z.int().min(0).max(3)).optional(),
      owner: listOf(z.string()).optional(),
      service: listOf(z.string()).optional(),
      capability: listOf(z.string()).optional(),
      kind: listOf(z.enum(['service', 'shared', 'group', 'location', 'channel', 'monitor'])).optional(),
      class: listOf(z.enum(FAILURE_CLASSES)).optional(),
      labels: z.record(z.string(), z.string()).optional(),
      hours: z
        .strictObject({
          from: timeOfDay,
          until: timeOfDay,
          timezone: timezone().default('UTC'),
          days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).optional(),
        })
        .optional(),
    })
    .optional()
    .meta({ description: 'absent conditions match everything; lists match any of their members' }),
  page: channels.optional().meta({ description: 'who is woken' }),
  ticket: channels.optional().meta({ description: 'default: as `page`' }),
  consumers: channels.optional().meta({ description: 'owners of affected services hear here; default: as `ticket`' }),
  fallback: z
    .strictObject({ after: duration(), to: channels })
    .optional()
    .meta({ description: 'where else, while a channel does not take it' }),
  escalate: listOf(z.strictObject({ after: duration(), to: channels }))
    .optional()
    .meta({ description: 'while nobody acknowledged' }),
  continue: z.boolean().default(false).meta({ description: 'go on to the next route' }),
});

/** A planned window: once, or by cron. */
export const MaintenanceSchema = z.union([
  z.strictObject({
    services: z.array(z.string()).min(1),
    from: instant(),
    until: instant(),
    reason: z.string().min(1),
  }),
  z.strictObject({
    services: z.array(z.string()).min(1),
    cron: cron(),
    for: duration(),
    timezone: timezone().default('UTC'),
    reason: z.string().min(1),
  }),
]);

/** Places outside that tell our own network's failure from theirs. */
export const VantageSchema = z.strictObject({
  anchors: z
    .array(
      z.union([
        z.strictObject({ tcp: tcpAddress() }),
        z.strictObject({ dns: z.string().min(1) }),
        z.strictObject({ http: url('https', 'http') }),
      ]),
    )
    .min(1)
    .optional()
    .meta({
      description: 'reached by other ways than what is watched; two or more, run by others',
      examples: [[{ tcp: '192.0.2.1:443' }, { dns: 'example.org' }]],
    }),
});

export const DeadmanSchema = z
  .strictObject({ url: url('https', 'http'), every: duration().prefault('60s') })
  .meta({ description: 'pinged only while observations flow and the outbox drains' });

export const TrustSchema = z
  .strictObject({
    env: z.array(z.string()).default([]).meta({ description: 'variables that team files may use' }),
    exec: z
      .array(z.string().startsWith('/', 'not an absolute path'))
      .default([])
      .meta({ description: 'programs that exec probes may run; * stands for part of a name' }),
  })
  .meta({ description: 'what team files may use' });

export const LogSchema = z.strictObject({
  path: z.string().min(1).default('./data'),
  keep: duration().prefault('30d'),
  keepIncidents: z.union([z.literal('forever'), duration()]).default('forever'),
});

export const TelemetrySchema = z.strictObject({
  otlp: url('https', 'http')
    .optional()
    .meta({ examples: ['http://collector:4318'] }),
  metrics: z.boolean().default(true),
});

function tcpAddress(): z.ZodType<{ host: string; port: number }, string> {
  return z
    .string()
    .meta({ examples: ['127.0.0.1:9700'] })
    .transform((text, context) => {
      const address = parseTcpAddress(text);
      if (address === undefined) {
        context.addIssue({ code: 'custom', message: 'not an address with a port; write it like 127.0.0.1:9700' });
      }
      return address ?? z.NEVER;
    });
}
