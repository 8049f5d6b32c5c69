import type { Notification, NotificationEvent, NotifiedIncident } from '../../model/notification.ts';
import { printable } from '../../ports/printable.ts';
import { belief, cause } from './cause.ts';
import { affected, wasAffected } from './affected.ts';
import { changed } from './changed.ts';
import { waysOut } from './ways-out.ts';
import { spoken } from './spoken.ts';
import { timeSpan, utc } from './time-words.ts';
import { templated } from './template.ts';
import type { Template } from './template.ts';
import { webLink } from './web-link.ts';

/** How a line is to be felt; layouts give it a colour, never the only sign of what it means. */
export type Tone = 'down' | 'degraded' | 'at-risk' | 'up' | 'plain';

/** One thing said in a section: an optional mark (`✓`), an optional term to align on, and words. */
export interface Item {
  readonly tone: Tone;
  readonly mark?: string;
  readonly term?: string;
  readonly text: string;
  /** An address to go to, shown after the text. */
  readonly url?: string;
}

/** What a section is about, for whoever must cut a message; the label is for people. */
type About =
  | 'broken'
  | 'hit'
  | 'untouched'
  | 'belief'
  | 'changes'
  | 'held'
  | 'ways-out'
  | 'times'
  | 'related'
  | 'runbook'
  | 'incident'
  | 'link'
  | 'own-words'
  | 'cut';

/** Items under a label (none: they speak for themselves). Sections of one group stand together; a blank line parts groups. */
export interface Section {
  readonly about: About;
  readonly group: 'who' | 'why' | 'do' | 'where';
  readonly label: string;
  readonly items: readonly Item[];
}

/**
 * What a message says, before it is laid out for a terminal, a mail or anything else. Every text in it is
 * printable, on one line and bounded, whatever a target may have answered.
 */
export interface PageContent {
  readonly subject: string;
  readonly tone: Tone;
  /** Who is affected and what broke. */
  readonly headline: string;
  /** What kind of message this is, and about which incident. */
  readonly context: string;
  readonly sections: readonly Section[];
}

const MAX_SUBJECT = 200;

/**
 * What there is to say about a notification, in the order in which it answers: who, why, what now, where; in the
 * operator's own words where there is a template for them.
 */
export function pageContent(notification: Notification, template?: Template): PageContent {
  return templated(usualContent(notification), notification, template);
}

function usualContent(notification: Notification): PageContent {
  const { incident, instance } = notification;
  if (incident === null) return channelTest(notification);
  const title = printable(incident.title.trim(), 300);
  const headline = notification.event === 'resolve' ? `${ended(incident)}: ${title}` : title;
  return {
    subject: printable(`${subjectLead(notification)}${headline} [${instance}]`, MAX_SUBJECT),
    tone: toneOf(notification.event, incident),
    headline: notification.drill ? `drill, nothing is broken: ${headline}` : headline,
    context: context(notification, incident),
    sections: sections(notification, incident).filter((section) => section.items.length > 0),
  };
}

/** In words, what a message of this kind asks of its reader. */
const EVENT_WORDS: Readonly<Record<NotificationEvent, string>> = {
  page: 'page',
  ticket: 'ticket',
  notice: 'you are affected, somebody else was told',
  update: 'update',
  resolve: 'resolved',
  test: 'test',
};

function sections(notification: Notification, incident: NotifiedIncident): readonly Section[] {
  if (notification.event === 'resolve')
    return [
      ...wasAffected(incident),
      { about: 'belief', group: 'why', label: 'it was', items: cause(incident) },
      { about: 'times', group: 'why', label: 'ended', items: [plain(endedBecause(incident, notification.reason))] },
      { about: 'times', group: 'where', label: 'began', items: [plain(began(incident))] },
      ...places(incident),
    ];
  return [
    ...affected(incident, notification.sentAt),
    unaffected(incident),
    { about: 'belief', group: 'why', label: 'because', items: belief(incident, notification) },
    { about: 'changes', group: 'why', label: 'what changed', items: changed(incident) },
    { about: 'held', group: 'why', label: 'held back', items: heldBack(incident) },
    { about: 'ways-out', group: 'do', label: 'ways out', items: waysOut(incident, notification) },
    { about: 'times', group: 'where', label: 'since', items: [plain(began(incident))] },
    ...places(incident),
  ];
}

function channelTest({ instance, reason, sentAt }: Notification): PageContent {
  const headline = 'nothing is wrong: this message proves that the channel works';
  return {
    subject: printable(`test: ${headline} [${instance}]`, MAX_SUBJECT),
    tone: 'up',
    headline,
    context: `test · ${printable(instance)} · ${utc(sentAt)}`,
    sections:
      reason === '' ? [] : [{ about: 'belief', group: 'why', label: 'because', items: [plain(printable(reason))] }],
  };
}

function subjectLead({ event, drill }: Notification): string {
  const lead = event === 'resolve' ? '' : event === 'notice' ? 'you are affected: ' : `${event}: `;
  return drill ? `drill, ${lead}` : lead;
}

function toneOf(event: NotificationEvent, incident: NotifiedIncident): Tone {
  if (event === 'resolve' || event === 'test') return 'up';
  if (event === 'page') return 'down';
  return incident.severity === 'critical' ? 'down' : 'degraded';
}

function context(notification: Notification, incident: NotifiedIncident): string {
  const parts = [
    EVENT_WORDS[notification.event],
    incident.id,
    incident.severity,
    `tier ${incident.tier}`,
    incident.owner === null ? 'no owner' : `owner ${incident.owner}`,
    notification.instance,
  ];
  return parts.map((part) => printable(part, 100)).join(' · ');
}

function unaffected({ unaffected }: NotifiedIncident): Section {
  const text = unaffected.map(spoken).join(', ');
  return { about: 'untouched', group: 'who', label: 'not affected', items: text === '' ? [] : [{ tone: 'up', text }] };
}

const HELD_WORDS: Readonly<Record<NotifiedIncident['suppressed'][number]['reason'], (by: string) => string>> = {
  explained: (by) => `explained by ${by}`,
  maintenance: (by) => `in maintenance (${by})`,
  silenced: (by) => `silenced by ${by}`,
  recovering: () => 'recovering',
  suspect: () => 'not confirmed yet',
};

/** Alerts that were not sent, counted by reason, each named. */
function heldBack({ suppressed }: NotifiedIncident): Item[] {
  const probesByReason = new Map<string, string[]>();
  for (const { probe, reason, by } of suppressed) {
    const words = HELD_WORDS[reason](spoken(by));
    probesByReason.set(words, [...(probesByReason.get(words) ?? []), printable(probe, 100)]);
  }
  return [...probesByReason].slice(0, 10).map(([words, probes]) => {
    const more = probes.length > 10 ? ` and ${probes.length - 10} more` : '';
    return plain(`${probes.length} ${words}: ${probes.slice(0, 10).join(', ')}${more}`);
  });
}

function ended({ startedAt, resolvedAt }: NotifiedIncident): string {
  const length = resolvedAt === null ? Number.NaN : Date.parse(resolvedAt) - Date.parse(startedAt);
  return Number.isNaN(length) ? 'ended' : `ended after ${timeSpan(length)}`;
}

function endedBecause({ resolvedAt }: NotifiedIncident, reason: string): string {
  const words = printable(reason.trim(), 400);
  return [...(resolvedAt === null ? [] : [utc(resolvedAt)]), ...(words === '' ? [] : [words])].join(': ');
}

function began({ startedAt, detectedAt }: NotifiedIncident): string {
  const noticed = Date.parse(detectedAt) - Date.parse(startedAt);
  return noticed > 0 ? `${utc(startedAt)}, confirmed ${timeSpan(noticed)} later` : utc(startedAt);
}

function places({ runbook, links, related }: NotifiedIncident): Section[] {
  const sections: Section[] = [];
  if (related.length > 0) {
    const text = related.slice(0, 10).map(({ id, relation }) => `${printable(id, 100)} (${printable(relation, 50)})`);
    sections.push({ about: 'related', group: 'where', label: 'related', items: [plain(text.join(', '))] });
  }
  if (runbook !== null) sections.push({ about: 'runbook', group: 'where', label: 'runbook', items: [place(runbook)] });
  for (const [label, url] of Object.entries(links).slice(0, 10)) {
    const about = label === 'incident' ? 'incident' : 'link';
    sections.push({ about, group: 'where', label: printable(label, 12), items: [place(url)] });
  }
  return sections;
}

function plain(text: string): Item {
  return { tone: 'plain', text };
}

/** A link where it is one; what is only text (a wiki page's name) stays text. */
function place(address: string): Item {
  const url = webLink(address);
  return url === undefined ? plain(printable(address.trim(), 500)) : { tone: 'plain', text: '', url };
}
