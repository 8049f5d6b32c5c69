import { durationWords } from '../../core/report/duration-words.ts';
import type { IncidentReport } from '../../core/report/incident-report.ts';
import type { NotifiedRecovery } from '../../model/notification.ts';

/** One part of a report: rows of text, each a list of cells. What is first in a row names it. */
export interface Section {
  readonly title: string;
  readonly kind: 'rows' | 'list';
  readonly head?: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a report says, section by section, the same in every format. */
export function sectionsOf(report: IncidentReport): readonly Section[] {
  const { times, tookMs, root, evidence } = report;
  const took = (ms: number | null): string => (ms === null ? '' : durationWords(ms));
  const by = times.acknowledgedBy === null ? '' : `, by ${times.acknowledgedBy}`;
  const all: readonly Section[] = [
    {
      title: 'What happened',
      kind: 'rows',
      rows: [
        [
          'cause',
          `${root.kind} ${root.id}${root.probe === null ? '' : `, seen by ${root.probe}`}${root.inferred ? ' (inferred)' : ''}`,
        ],
        ['because', `${root.class === null ? '' : `${root.class}: `}${root.message}`],
        ['owner', `${report.owner ?? 'nobody'}, tier ${String(report.tier)}, ${report.severity}`],
        ['state', `${report.state}${report.because === null ? '' : `: ${report.because}`}`],
      ],
    },
    {
      title: 'How long it took',
      kind: 'rows',
      head: ['', 'at', 'after'],
      rows: [
        ['first failure', iso(times.startedAt), ''],
        ['detected', iso(times.detectedAt), took(tookMs.toDetect)],
        ['paged', isoOr(times.pagedAt, 'nobody was paged'), took(tookMs.toPage)],
        [
          'acknowledged',
          `${isoOr(times.acknowledgedAt, 'not acknowledged')}${by}`,
          times.acknowledgedAt === null ? '' : `${took(tookMs.toAcknowledge)} after the page`,
        ],
        ['recovered', isoOr(times.resolvedAt, 'not yet'), took(tookMs.toRecover)],
      ],
    },
    {
      title: 'Who was hit',
      kind: 'rows',
      head: ['capability', 'down', 'degraded', 'at risk', 'owner', 'what it means'],
      rows: report.impact.map(({ capability, isRoot, downMs, degradedMs, atRiskMs, owner, effect, via }) => [
        isRoot ? `${capability} (the cause)` : capability,
        ...[downMs, degradedMs, atRiskMs].map((ms) => (ms === 0 ? '' : durationWords(ms))),
        owner ?? '',
        effect ?? (via.length === 0 ? '' : `needs ${via.join(', ')}`),
      ]),
    },
    {
      title: 'Not affected',
      kind: 'list',
      rows: report.unaffected.length === 0 ? [] : [[report.unaffected.join(', ')]],
    },
    {
      title: 'What changed just before',
      kind: 'list',
      rows:
        report.changedBefore.length === 0
          ? [['nothing was announced, and no watched fact changed']]
          : report.changedBefore.map(({ text }) => [text]),
    },
    {
      title: 'Evidence',
      kind: 'rows',
      rows: [
        ...(evidence.at === null ? [] : [['first failing run', iso(evidence.at)]]),
        ['expected', evidence.expected ?? 'the log does not say'],
        ['got', evidence.got ?? root.message],
      ],
    },
    {
      title: 'Alerts that were held back',
      kind: 'rows',
      head: ['probe', 'why', 'by'],
      rows: report.suppressed.map(({ probe, reason, by: cause }) => [probe, reason, cause]),
    },
    {
      title: 'Ways out, as they stood when it was told',
      kind: 'rows',
      head: ['way', 'state', 'last drill'],
      rows: report.recovery.map((way) => [
        `${way.service}: ${way.name}${way.breakGlass ? ' (break-glass)' : ''}`,
        wayWords(way),
        way.drilled ?? 'never',
      ]),
    },
    {
      title: 'Who was told',
      kind: 'rows',
      head: ['at', 'event', 'channel', 'delivery'],
      rows: report.messages.map(({ at, event, channel, result }) => [
        iso(at),
        event,
        channel,
        result ?? 'not recorded',
      ]),
    },
    {
      title: 'What people said',
      kind: 'rows',
      rows: report.words.map(({ at, by: who, what, text }) => [
        iso(at),
        `${who}: ${text === '' ? what : `${what}: ${text}`}`,
      ]),
    },
    {
      title: 'Under tighter rules',
      kind: 'list',
      rows: report.tighter.map(({ words, pagedAt, addedPages }) => [
        `${words}: ${tighterWords(pagedAt, times.pagedAt, addedPages)}`,
      ]),
    },
    { title: 'Open questions', kind: 'list', rows: report.openQuestions.map((question) => [question]) },
    {
      title: 'Timeline',
      kind: 'rows',
      rows: report.timeline.map(({ at, what, text }) => [iso(at), what, text]),
    },
  ];
  return all.filter(({ rows }) => rows.length > 0).map(withoutEmptyColumns);
}

/** Columns in which nothing stands say nothing. */
function withoutEmptyColumns(section: Section): Section {
  const { head, rows } = section;
  if (head === undefined) return section;
  const kept = head.map((_, index) => rows.some((row) => (row[index] ?? '') !== ''));
  const cells = (row: readonly string[]): readonly string[] => row.filter((_, index) => kept[index] === true);
  return { ...section, head: cells(head), rows: rows.map(cells) };
}

/** An instant in ISO 8601, UTC. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOr(at: number | null, otherwise: string): string {
  return at === null ? otherwise : iso(at);
}

function wayWords({ state, blockedBy }: NotifiedRecovery): string {
  return state === 'blocked'
    ? `blocked by ${blockedBy.join(' → ')}`
    : state === 'works'
      ? 'works'
      : 'unproven: no fresh evidence';
}

function tighterWords(now: number | null, was: number | null, added: number): string {
  const price =
    added === 0 ? 'no page more in the hour around it' : `${String(added)} pages more in the hour around it`;
  if (now === null || was === null) return `whether it would have paged cannot be told; ${price}`;
  if (Math.abs(now - was) < 1000) return `paged at the same time; ${price}`;
  return `paged ${durationWords(Math.abs(was - now))} ${now < was ? 'earlier' : 'later'}; ${price}`;
}
