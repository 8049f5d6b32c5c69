import type { Notification } from '../../model/notification.ts';
import { printable } from '../../ports/printable.ts';

/** What a template sees: plain values, every text printable and bounded. */
export type Scope = string | number | boolean | null | readonly Scope[] | { readonly [name: string]: Scope };

const MAX_TEXT = 1000;
const MAX_ITEMS = 100;

/** The notification as templates see it: as the webhook's body, with what may be absent there as null here. */
export function templateScope(notification: Notification): { readonly [name: string]: Scope } {
  const { incident } = notification;
  if (incident === null) return record(notification);
  const root = { expected: null, got: null, ...incident.root };
  return record({ ...notification, incident: { ...incident, root } });
}

function record(value: object): { readonly [name: string]: Scope } {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each)]));
}

function shown(value: unknown): Scope {
  switch (typeof value) {
    case 'string':
      return printable(value, MAX_TEXT);
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? value.slice(0, MAX_ITEMS).map(shown) : record(value);
    default:
      return null;
  }
}
