import type { NotifiedDrift, NotifiedIncident } from '../../model/notification.ts';
import type { FactValue } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import type { Item } from './page-content.ts';
import { timeSpan } from './time-words.ts';
import { webLink } from './web-link.ts';

const MAX_LISTED = 12;

/** What changed around the onset, newest first: what somebody announced, and what we saw drift. */
export function changed({ changes, drift, startedAt }: NotifiedIncident): Item[] {
  const announced = changes.map(({ at, service, summary, by, url }) => ({
    at,
    item: {
      ...item('plain', at, startedAt, `${printable(service, 100)}: ${printable(summary.trim(), 300)}${author(by)}`),
      ...link(url),
    },
  }));
  const drifted = drift.map((each) => ({
    at: each.at,
    item: item(each.announced ? 'plain' : 'degraded', each.at, startedAt, driftWords(each)),
  }));
  const all = [...announced, ...drifted].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  return all.slice(0, MAX_LISTED).map(({ item }) => item);
}

function item(tone: Item['tone'], at: string, startedAt: string, text: string): Item {
  return { tone, term: relative(at, startedAt), text };
}

/** When, as seen from the first failure. */
function relative(at: string, startedAt: string): string {
  const beforeMs = Date.parse(startedAt) - Date.parse(at);
  if (Number.isNaN(beforeMs)) return printable(at, 30);
  if (Math.abs(beforeMs) < 1000) return 'just then';
  return beforeMs > 0 ? `${timeSpan(beforeMs)} before` : `${timeSpan(-beforeMs)} after`;
}

function driftWords({ probe, fact, before, after, announced }: NotifiedDrift): string {
  const name = fact === 'addresses' ? 'address' : printable(fact, 50);
  const values = `${shown(before)} → ${shown(after)}`;
  return `${printable(probe, 100)} ${name} changed ${values}, ${announced ? 'announced' : 'nobody announced it'}`;
}

function shown(value: FactValue | null): string {
  if (value === null) return 'none';
  if (typeof value !== 'object') return printable(String(value), 100);
  return value.length === 0 ? 'none' : printable(value.slice(0, 8).join(', '), 200);
}

function author(by: string | null): string {
  return by === null ? '' : ` (by ${printable(by, 100)})`;
}

function link(url: string | null): { url?: string } {
  const found = webLink(url);
  return found === undefined ? {} : { url: found };
}
