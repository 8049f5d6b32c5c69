import type { Notification, NotifiedIncident, NotifiedRecovery } from '../../model/notification.ts';
import { printable } from '../../ports/printable.ts';
import type { Item } from './page-content.ts';
import { spoken } from './spoken.ts';
import { daysAgo } from './time-words.ts';
import { webLink } from './web-link.ts';

const ORDER: readonly NotifiedRecovery['state'][] = ['works', 'unproven', 'blocked'];

/** Which declared ways out stand right now, the working ones first. A page without any says so. */
export function waysOut({ recovery, root }: NotifiedIncident, { event, sentAt }: Notification): Item[] {
  if (recovery.length === 0) return event === 'page' ? [{ tone: 'plain', text: 'none declared' }] : [];
  return ORDER.flatMap((state) => recovery.filter((way) => way.state === state))
    .slice(0, 10)
    .map((way) => item(way, root.id, sentAt));
}

function item(way: NotifiedRecovery, rootId: string, sentAt: string): Item {
  const service = way.service === rootId ? '' : `${printable(way.service, 100)}: `;
  const words = [standing(way), ...(way.breakGlass ? ['break-glass'] : []), ...drilled(way, sentAt)];
  const text = `${service}${printable(way.name, 200)}: ${words.join(', ')}`;
  const url = webLink(way.url);
  return { ...MARKS[way.state], text, ...(url === undefined ? {} : { url }) };
}

const MARKS: Readonly<Record<NotifiedRecovery['state'], Pick<Item, 'tone' | 'mark'>>> = {
  works: { tone: 'up', mark: '✓' },
  unproven: { tone: 'degraded', mark: '?' },
  blocked: { tone: 'down', mark: '✕' },
};

function standing({ state, blockedBy }: NotifiedRecovery): string {
  const by = blockedBy.slice(0, 10).map(spoken);
  switch (state) {
    case 'works':
      return 'works';
    case 'unproven':
      return by.length === 0 ? 'not proven to work' : `not proven to work, nothing fresh about ${by.join(', ')}`;
    case 'blocked':
      return by.length === 0 ? 'blocked' : `blocked, needs ${by.join(' → ')}`;
  }
}

/** Drills matter for what is used only in need. */
function drilled({ drilled, breakGlass }: NotifiedRecovery, sentAt: string): string[] {
  if (drilled === null) return breakGlass ? ['never drilled'] : [];
  const agoMs = Date.parse(sentAt) - Date.parse(drilled);
  return [`drilled ${Number.isNaN(agoMs) ? printable(drilled, 30) : daysAgo(agoMs)}`];
}
