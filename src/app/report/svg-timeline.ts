import type { IncidentReport } from '../../core/report/incident-report.ts';
import { durationWords } from '../../core/report/duration-words.ts';
import { escapedHtml } from './escaped-html.ts';

const WIDTH = 900;
const LEFT = 24;
const ROW = 24;

/** The incident's moments on one line, in proportion, as inline SVG; what lies close together gets a row of its own. */
export function svgTimeline({ times, changedBefore }: IncidentReport): string {
  const marks = [
    ...changedBefore.map(({ at, announced }) => ({
      at,
      label: announced ? 'announced change' : 'unannounced change',
      tone: 'change',
    })),
    { at: times.startedAt, label: 'first failure', tone: 'down' },
    { at: times.detectedAt, label: 'detected', tone: 'plain' },
    ...(times.pagedAt === null ? [] : [{ at: times.pagedAt, label: 'paged', tone: 'plain' }]),
    ...(times.acknowledgedAt === null ? [] : [{ at: times.acknowledgedAt, label: 'acknowledged', tone: 'plain' }]),
    ...(times.resolvedAt === null ? [] : [{ at: times.resolvedAt, label: 'recovered', tone: 'up' }]),
  ].sort((a, b) => a.at - b.at);
  const first = marks[0]?.at ?? 0;
  const span = Math.max(1, (marks.at(-1)?.at ?? 1) - first);
  const x = (at: number): number => Math.round(LEFT + ((at - first) / span) * (WIDTH - 2 * LEFT));
  const height = 40 + marks.length * ROW;
  const end = times.resolvedAt ?? marks.at(-1)?.at ?? times.startedAt;
  const items = marks.map(({ at, label, tone }, index) => {
    const y = 44 + index * ROW;
    const words = `${label}, ${at === times.startedAt ? new Date(at).toISOString() : offset(at - times.startedAt)}`;
    const isRight = x(at) > WIDTH * 0.6;
    return (
      `<line class="tick" x1="${x(at)}" y1="22" x2="${x(at)}" y2="${y - 5}"/><circle class="${tone}" cx="${x(at)}" cy="22" r="5"/>` +
      `<text x="${isRight ? x(at) - 6 : x(at) + 6}" y="${y}" text-anchor="${isRight ? 'end' : 'start'}">${escapedHtml(words)}</text>`
    );
  });
  return (
    `<svg class="timeline" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="timeline">` +
    `<line class="axis" x1="${LEFT}" y1="22" x2="${WIDTH - LEFT}" y2="22"/>` +
    `<line class="outage" x1="${x(times.startedAt)}" y1="22" x2="${x(end)}" y2="22"/>${items.join('')}</svg>`
  );
}

function offset(ms: number): string {
  return `${durationWords(Math.abs(ms))} ${ms < 0 ? 'before' : 'after'}`;
}
