import { z } from 'zod';
import type { Notification, NotifiedIncident } from '../model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery, Receipt } from '../ports/channel-kind.ts';
import { secret } from '../ports/fields.ts';
import { callJson } from './attempt/call-json.ts';
import { httpUrl } from './attempt/http-url.ts';
import { post } from './attempt/post.ts';
import { tlsField } from './attempt/tls-field.ts';
import { verdict } from './attempt/verdict.ts';
import { pageContent } from './page/page-content.ts';
import type { Item, PageContent } from './page/page-content.ts';
import { templateField } from './page/template.ts';
import { webLink } from './page/web-link.ts';

const schema = z.strictObject({
  routingKey: secret(),
  url: httpUrl().default('https://events.pagerduty.com/v2/enqueue'),
  api: z.strictObject({ token: secret(), url: httpUrl().default('https://api.pagerduty.com') }).optional(),
  template: templateField().optional(),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** What a delivery leaves for the next one about the same incident: whether an alert of ours stands open. */
const threadSchema = z.object({ alert: z.enum(['open', 'closed']) });

const incidentsSchema = z.looseObject({ incidents: z.array(z.unknown()) });

/** One event of the Events API v2. */
type PagerDutyEvent = { readonly dedup_key: string } & (
  { readonly event_action: 'resolve' } | { readonly event_action: 'trigger'; readonly [field: string]: unknown }
);

/** Events and what becomes of the alert once PagerDuty took them all. */
interface Plan {
  readonly events: readonly PagerDutyEvent[];
  readonly alert: 'open' | 'closed';
  readonly detail?: string;
}

/** Opens, changes and resolves PagerDuty alerts by its Events API v2. */
export const pagerduty: ChannelKind<Options> = {
  name: 'pagerduty',
  description: 'Opens and resolves PagerDuty alerts (Events API v2), one alert an incident.',
  example: `kind: pagerduty
routingKey: '\${env:PAGERDUTY_ROUTING_KEY}'
# url: https://events.eu.pagerduty.com/v2/enqueue # accounts in the EU region
# api: { token: '\${env:PAGERDUTY_API_TOKEN}' } # may read incidents: self-tests then read theirs back
`,
  schema,
  deliver,
  receipt,
};

/** Sends the planned events in order; stops at the first that is not taken. Sending them again is harmless. */
async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const plan = planned(notification, pageContent(notification, options.template), context);
  for (const event of plan.events) {
    const answer = await post({
      url: options.url,
      headers: { 'content-type': 'application/json', 'user-agent': 'tocsin' },
      body: JSON.stringify({ routing_key: options.routingKey.reveal(), ...event }),
      signal: context.signal,
      ca: options.tls?.ca,
    });
    const tried = `${event.event_action} to ${new URL(options.url).origin}`;
    const delivery = verdict(answer, { tried, now: context.now, secrets: [options.routingKey] });
    if (delivery.kind !== 'delivered') return delivery;
  }
  const detail = plan.detail ?? plan.events.map((event) => `${event.event_action} ${event.dedup_key}`).join(', ');
  return { kind: 'delivered', detail, thread: { alert: plan.alert } satisfies z.output<typeof threadSchema> };
}

/**
 * Which events say this to PagerDuty.
 *
 * - A `page` always rings. PagerDuty folds a trigger into an alert that is already open under the same key, so
 *   where one is (a ticket rose to a page, another owner is paged), it is resolved first.
 * - A `ticket` or `notice` opens an alert of lower severity, or joins the open one.
 * - An `update` joins the open alert, which does not ring; where we have none open there is nothing to update.
 * - A `resolve` resolves the alert, and those of incidents that were merged into this one.
 * - A `test` opens an alert and resolves it at once.
 */
function planned(
  notification: Notification,
  content: PageContent,
  { thread, idempotencyKey }: Pick<DeliverContext, 'thread' | 'idempotencyKey'>,
): Plan {
  const { incident, instance, event } = notification;
  const key = keyOf(notification, idempotencyKey);
  if (event === 'test' || incident === null) {
    return {
      events: [trigger(key, notification, content), { event_action: 'resolve', dedup_key: key }],
      alert: 'closed',
    };
  }
  const parsed = threadSchema.safeParse(thread);
  const open = parsed.success && parsed.data.alert === 'open';
  const resolve: PagerDutyEvent = { event_action: 'resolve', dedup_key: key };
  switch (event) {
    case 'page':
      return { events: [...(open ? [resolve] : []), trigger(key, notification, content)], alert: 'open' };
    case 'ticket':
    case 'notice':
      return { events: [trigger(key, notification, content)], alert: 'open' };
    case 'update':
      if (!open) return { events: [], alert: 'closed', detail: 'nothing sent: no alert of this incident is open here' };
      return { events: [trigger(key, notification, content)], alert: 'open' };
    case 'resolve': {
      const merged = incident.related.filter(({ relation }) => relation === 'merged').slice(0, 20);
      const others = merged.map(({ id }) => ({ event_action: 'resolve' as const, dedup_key: dedupKey(instance, id) }));
      return { events: [resolve, ...others], alert: 'closed' };
    }
  }
}

/**
 * Asks the REST API for the incident that the alert made (`GET /incidents?incident_key=…`). PagerDuty makes it some
 * seconds after it took the event: `missing` is to be believed only after a while.
 */
async function receipt({ api, tls }: Options, notification: Notification, context: DeliverContext): Promise<Receipt> {
  if (api === undefined) return { kind: 'unsupported' };
  const key = keyOf(notification, context.idempotencyKey);
  const tried = `read incidents of ${new URL(api.url).origin}`;
  const { body, delivery } = await callJson({
    method: 'GET',
    url: `${api.url.replace(/\/$/, '')}/incidents?${new URLSearchParams({ incident_key: key, limit: '1' }).toString()}`,
    headers: {
      authorization: `Token token=${api.token.reveal()}`,
      accept: 'application/vnd.pagerduty+json;version=2',
    },
    ca: tls?.ca,
    context,
    tried,
    secrets: [api.token],
  });
  if (delivery.kind !== 'delivered') return { kind: 'unanswered', error: delivery.error };
  const found = incidentsSchema.safeParse(body);
  if (!found.success) return { kind: 'unanswered', error: `${tried}: answered something that is not PagerDuty's` };
  return found.data.incidents.length > 0
    ? { kind: 'seen' }
    : { kind: 'missing', error: `${tried}: there is none with the key ${key}` };
}

function keyOf({ incident, instance, event, drill }: Notification, idempotencyKey: string): string {
  if (event === 'test' || incident === null) return dedupKey(instance, `test:${idempotencyKey}`);
  return dedupKey(instance, drill ? `drill:${incident.id}` : incident.id);
}

/** `instance:incident id`, at most the 255 characters that PagerDuty takes. */
function dedupKey(instance: string, id: string): string {
  return `${instance}:${id}`.slice(0, 255);
}

function trigger(key: string, notification: Notification, content: PageContent): PagerDutyEvent {
  const { incident, instance } = notification;
  return {
    event_action: 'trigger',
    dedup_key: key,
    client: `tocsin ${instance}`,
    ...clientUrl(incident),
    payload: {
      summary: content.subject,
      source: incident?.root.id ?? instance,
      severity: severity(notification),
      timestamp: incident?.startedAt ?? notification.sentAt,
      ...(incident === null ? {} : classification(incident)),
      custom_details: details(content),
    },
    links: links(incident),
  };
}

/** What the page says, by its labels. */
function details({ sections }: PageContent): Record<string, readonly string[]> {
  const lines = ({ mark, term, text, url }: Item): string =>
    [mark, term, text, url].filter((part) => part !== undefined && part !== '').join(' ');
  return Object.fromEntries(sections.map(({ label, items }) => [label || 'message', items.map(lines)] as const));
}

function severity({ event, incident }: Notification): 'critical' | 'error' | 'warning' | 'info' {
  switch (event) {
    case 'page':
    case 'update':
      return incident?.severity === 'critical' ? 'critical' : 'error';
    case 'ticket':
      return 'warning';
    case 'notice':
    case 'resolve':
    case 'test':
      return 'info';
  }
}

function classification({ root, owner }: NotifiedIncident): Record<string, string> {
  return {
    component: root.id,
    ...(owner === null ? {} : { group: owner }),
    ...(root.class === null ? {} : { class: root.class }),
  };
}

function clientUrl(incident: NotifiedIncident | null): { client_url?: string } {
  const url = webLink(incident?.links['incident'] ?? null);
  return url === undefined ? {} : { client_url: url };
}

function links(incident: NotifiedIncident | null): readonly { href: string; text: string }[] {
  if (incident === null) return [];
  const named = { ...(incident.runbook === null ? {} : { runbook: incident.runbook }), ...incident.links };
  return Object.entries(named).flatMap(([text, address]) => {
    const href = webLink(address);
    return href === undefined ? [] : [{ href, text }];
  });
}
