import { z } from 'zod';
import type { Notification } from '../model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery, Receipt } from '../ports/channel-kind.ts';
import { alertOf, alertSchema, isLouderOrElse, testAlert } from './alertmanager/alert.ts';
import type { Alert } from './alertmanager/alert.ts';
import { askReplicas, tellReplicas } from './alertmanager/replicas.ts';
import type { Replicas, TimedAlert } from './alertmanager/replicas.ts';
import { headersField, revealed } from './attempt/headers-field.ts';
import { httpUrl } from './attempt/http-url.ts';
import { tlsField } from './attempt/tls-field.ts';
import { fittedPage } from './page/fitted.ts';
import { plainText } from './page/page-lines.ts';
import { templateField } from './page/template.ts';

const schema = z.strictObject({
  urls: z.array(httpUrl()).min(1).max(8),
  labels: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, 'not a label name'), z.string().max(200))
    .default({}),
  headers: headersField().optional(),
  template: templateField().optional(),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** What a delivery leaves: the alert that stands, and since when it is over (milliseconds since 1970; null: it lasts). */
const threadSchema = z.object({ alert: alertSchema, resolvedAt: z.int().nullable() });

type Thread = z.output<typeof threadSchema>;

/** Alertmanager ends what it has not heard of for so long; four repetitions may be lost on the way. */
const HOLDS_MS = 15 * 60_000;
const REPEAT_MS = 60_000;
/** For so long the end of an alert is repeated, for replicas that were away. */
const RESOLVED_MS = 5 * 60_000;
const TEST_MS = 60_000;
const MAX_CHARACTERS = 6000;

/** Raises an alert an incident in Alertmanager, whose own routes then decide. */
export const alertmanager: ChannelKind<Options> = {
  name: 'alertmanager',
  description: 'Raises one alert an incident in every replica of a Prometheus Alertmanager, and keeps it up.',
  example: `kind: alertmanager
urls: ['http://am-1.example:9093', 'http://am-2.example:9093']
labels: { team: sre } # beside ours
`,
  schema,
  deliver,
  receipt,
  upkeep: { everyMs: REPEAT_MS, repeat },
};

async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const content = fittedPage(notification, options.template, (each) => plainText(each).length <= MAX_CHARACTERS);
  const { now } = context;
  if (notification.event === 'test' || notification.incident === null) {
    const test = { alert: testAlert(notification, content, context.idempotencyKey), endsAt: now + TEST_MS };
    return await tellReplicas(replicas(options), [test], context);
  }
  const fresh = alertOf(notification, content, options.labels);
  const { alerts, thread } = planned(notification, fresh, standing(context.thread), now);
  if (alerts.length === 0) return { kind: 'delivered', detail: 'nothing sent: no alert of this incident stands here' };
  const told = await tellReplicas(replicas(options), alerts, context);
  return told.kind === 'delivered' ? { ...told, thread } : told;
}

/**
 * Which alerts say this to Alertmanager, and which one stands then. The labels of the first stay; only what wakes
 * anew (a ticket that rose to a page, another owner) begins another alert and ends the one before.
 */
function planned(
  { event }: Notification,
  fresh: Alert,
  before: Thread | undefined,
  now: number,
): { readonly alerts: readonly TimedAlert[]; readonly thread: Thread } {
  const lasting = { alert: fresh, resolvedAt: null };
  if (event === 'resolve') {
    if (before === undefined) return { alerts: [], thread: { ...lasting, resolvedAt: now } };
    const over = { ...before.alert, annotations: fresh.annotations };
    return { alerts: [{ alert: over, endsAt: now }], thread: { alert: over, resolvedAt: now } };
  }
  if (before === undefined) return { alerts: [{ alert: fresh, endsAt: now + HOLDS_MS }], thread: lasting };
  const wakes = event === 'page' && isLouderOrElse(fresh, before.alert);
  if (!wakes) {
    const alert = { ...before.alert, annotations: fresh.annotations };
    return { alerts: [{ alert, endsAt: now + HOLDS_MS }], thread: { alert, resolvedAt: null } };
  }
  const ended = { alert: before.alert, endsAt: now };
  return { alerts: [ended, { alert: fresh, endsAt: now + HOLDS_MS }], thread: lasting };
}

/** Says what stands once more. What has been over for a while is not said again, and nothing is left of it. */
async function repeat(
  options: Options,
  thread: unknown,
  context: Pick<DeliverContext, 'signal' | 'now'>,
): Promise<Delivery> {
  const stands = standing(thread);
  if (stands === undefined) return { kind: 'delivered', thread: null };
  const { alert, resolvedAt } = stands;
  if (resolvedAt !== null && context.now - resolvedAt > RESOLVED_MS) return { kind: 'delivered', thread: null };
  const endsAt = resolvedAt ?? context.now + HOLDS_MS;
  return await tellReplicas(replicas(options), [{ alert, endsAt }], context);
}

async function receipt(options: Options, notification: Notification, context: DeliverContext): Promise<Receipt> {
  const { incident } = notification;
  const label =
    incident === null ? (['message', context.idempotencyKey] as const) : (['incident', incident.id] as const);
  return await askReplicas(replicas(options), label, context);
}

function standing(thread: unknown): Thread | undefined {
  return threadSchema.safeParse(thread).data;
}

function replicas({ urls, headers, tls }: Options): Replicas {
  return { urls, headers: revealed(headers), ca: tls?.ca, secrets: Object.values(headers ?? {}) };
}
