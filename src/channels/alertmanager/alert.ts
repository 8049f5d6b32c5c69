import { z } from 'zod';
import type { Notification } from '../../model/notification.ts';
import { printable } from '../../ports/printable.ts';
import { plainText } from '../page/page-lines.ts';
import type { PageContent } from '../page/page-content.ts';
import { webLink } from '../page/web-link.ts';

/**
 * An alert as Alertmanager knows it: its labels are its identity, so they are frozen when it begins; what its
 * annotations say may change. Times are ISO 8601.
 */
export const alertSchema = z.object({
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  startsAt: z.string(),
  generatorURL: z.string().optional(),
});

/** An alert as Alertmanager knows it. */
export type Alert = z.output<typeof alertSchema>;

const MAX_VALUE = 200;
const MAX_LINK = 500;

/** The alert that a message is about, as it begins now. `extra` are the channel's own labels, for its routes. */
export function alertOf(
  notification: Notification,
  content: PageContent,
  extra: Readonly<Record<string, string>>,
): Alert {
  const { incident, instance, event, drill } = notification;
  const labels = {
    ...extra,
    alertname: drill ? 'TocsinDrill' : 'TocsinIncident',
    tocsin: instance,
    event,
    incident: incident?.id ?? '',
    service: incident?.root.id ?? '',
    kind: incident?.root.kind ?? '',
    class: incident?.root.class ?? '',
    severity: incident?.severity ?? 'none',
    tier: incident === null ? '' : String(incident.tier),
    owner: incident?.owner ?? '',
  };
  return {
    ...said(notification, content),
    labels: filled(labels),
    startsAt: incident?.startedAt ?? notification.sentAt,
  };
}

/** The alert that a self-test raises; it ends by itself. */
export function testAlert(notification: Notification, content: PageContent, key: string): Alert {
  const labels = { alertname: 'TocsinTest', tocsin: notification.instance, severity: 'none', message: key };
  return { ...said(notification, content), labels: filled(labels), startsAt: notification.sentAt };
}

/** What makes one alert another's successor: whom it is for, and how loud it is. */
export function isLouderOrElse(now: Alert, before: Alert): boolean {
  return (['event', 'severity', 'owner'] as const).some((name) => now.labels[name] !== before.labels[name]);
}

function said({ incident }: Notification, content: PageContent): Omit<Alert, 'labels' | 'startsAt'> {
  const [, ...lines] = plainText(content).split('\n');
  const runbook = webLink(incident?.runbook ?? null);
  const link = webLink(incident?.links['incident'] ?? null);
  return {
    annotations: filled({
      summary: content.headline,
      description: lines.join('\n').trim(),
      runbook_url: runbook ?? '',
    }),
    ...(link === undefined ? {} : { generatorURL: printable(link, MAX_LINK) }),
  };
}

/** Alertmanager drops empty values; a label must be one line and short. */
function filled(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, name === 'description' ? value : printable(value, MAX_VALUE)]),
  );
}
