import type { IncidentReport } from '../../core/report/incident-report.ts';
import { sectionsOf } from './report-words.ts';
import type { Section } from './report-words.ts';

/** A report as Markdown (GitHub's tables). What came from outside is text there too: marks and tags are escaped. */
export function renderMarkdown(report: IncidentReport): string {
  const parts = sectionsOf(report).map((section) => `## ${section.title}\n\n${body(section)}`);
  return `# ${escaped(report.title)}\n\n${escaped(`${report.id} on ${report.instance}`)}\n\n${parts.join('\n\n')}\n`;
}

function body({ kind, head, rows }: Section): string {
  if (kind === 'list') return rows.map((row) => `- ${row.map(escaped).join(' ')}`).join('\n');
  const width = Math.max(...rows.map((row) => row.length));
  const line = (cells: readonly string[]): string =>
    `| ${Array.from({ length: width }, (_, index) => escaped(cells[index] ?? '')).join(' | ')} |`;
  return [line(head ?? []), `|${' --- |'.repeat(width)}`, ...rows.map(line)].join('\n');
}

/** One line of inert text: no markup, no link, no tag, no control character. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/[\\`*_{}[\]<>#|~!&]/g, (mark) => (mark === '&' ? '&amp;' : mark === '<' ? '&lt;' : `\\${mark}`))
    .replaceAll(/(https?):\/\//gi, '$1\\://');
}
