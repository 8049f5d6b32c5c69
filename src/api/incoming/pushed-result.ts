import { FAILURE_CLASSES } from '../../model/failure.ts';
import { fieldsOf, textOf } from './incoming.ts';
import type { Incoming, Translated } from './incoming.ts';

const MAX_MESSAGE = 1000;
const MAX_NAMED = 5;
/** The label by which an alert may say what kind of failure it means. */
const CLASS_LABEL = 'tocsin_class';

/**
 * A result from elsewhere: the plain body as it is, or what Alertmanager's webhook sends (version 4), where any
 * firing alert of the group is a failure and a group without one passes.
 */
export function pushedResult({ body }: Incoming): Translated {
  const said = fieldsOf(body);
  if (said === undefined || said['version'] !== '4' || !Array.isArray(said['alerts'])) return { kind: 'body', body };
  const alerts = (said['alerts'] as readonly unknown[]).map((alert) => fieldsOf(alert) ?? {});
  const firing = alerts.filter(({ status }) => status === 'firing');
  const measured = { alerts: alerts.length, firing: firing.length };
  if (firing.length === 0) return { kind: 'body', body: { outcome: 'pass', measured } };
  const named = firing.slice(0, MAX_NAMED).map(nameOf).join('; ');
  const message = firing.length > MAX_NAMED ? `${named}; and ${firing.length - MAX_NAMED} more` : named;
  const given = firing.map(({ labels }) => textOf(fieldsOf(labels)?.[CLASS_LABEL])).find(isClassOfFailure);
  return {
    kind: 'body',
    body: {
      outcome: 'fail',
      message: message.slice(0, MAX_MESSAGE),
      ...(given === undefined ? {} : { class: given }),
      measured,
    },
  };
}

/** What an alert is called, and what it says. */
function nameOf({ labels, annotations }: Readonly<Record<string, unknown>>): string {
  const name = textOf(fieldsOf(labels)?.['alertname']) ?? 'an alert without a name';
  const said = fieldsOf(annotations) ?? {};
  const words = textOf(said['summary']) ?? textOf(said['description']) ?? textOf(said['message']);
  return words === undefined ? name : `${name}: ${words}`;
}

function isClassOfFailure(name: string | undefined): boolean {
  return name !== undefined && !name.startsWith('probe.') && (FAILURE_CLASSES as readonly string[]).includes(name);
}
