import type { Notification, NotifiedIncident } from '../../model/notification.ts';
import { printable } from '../../ports/printable.ts';
import type { Item } from './page-content.ts';

/** What broke: the check that failed, in its own words. */
export function cause({ root }: NotifiedIncident): Item[] {
  const check = [root.probe, root.class].filter((part) => part !== null).map((part) => printable(part, 100));
  const message = printable(root.message.trim(), 600);
  return [check.join(': '), message].filter((text) => text !== '').map(line);
}

/**
 * Why we believe it: what broke, what was compared with what, and how sure we are. What the check's own words
 * hold already is not said again; the reason of a page or a ticket already names both readings of a refusal.
 */
export function belief(incident: NotifiedIncident, { reason, event }: Pick<Notification, 'reason' | 'event'>): Item[] {
  const { root } = incident;
  const namesBothReadings = event === 'page' || event === 'ticket';
  return [
    ...cause(incident),
    root.expected !== undefined && { ...line(printable(root.expected, 400)), term: 'expected' },
    root.got !== undefined && !root.message.includes(root.got) && { ...line(printable(root.got, 400)), term: 'got' },
    root.class?.startsWith('auth.') === true &&
      !namesBothReadings &&
      line('it refused our credential: either it is wrong there, or ours is no longer good'),
    root.inferred && line('inferred from those that need it: nothing probes it directly'),
    !root.verified && line('not verified: some dependencies had not answered when this was sent'),
    reason !== '' && line(printable(reason.trim(), 400)),
  ].filter((item) => item !== false);
}

function line(text: string): Item {
  return { tone: 'plain', text };
}
