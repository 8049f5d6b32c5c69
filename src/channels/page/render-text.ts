import type { Notification } from '../../model/notification.ts';
import { columnsOf, padColumns, wrap } from './columns.ts';
import { MARKS } from './marks.ts';
import { pageContent } from './page-content.ts';
import type { Item, PageContent, Section, Tone } from './page-content.ts';

/** How wide, and whether to use the terminal's colours (SGR escapes). */
export interface TextLayout {
  readonly columns: number;
  readonly colour?: boolean;
}

const INDENT = 2;
const LABEL_COLUMNS = 14;
const MAX_TERM_COLUMNS = 26;
/** Below this a text is put under its term instead of beside it. */
const MIN_TEXT_COLUMNS = 24;
const MIN_COLUMNS = 40;

/**
 * A notification as an SRE reads it at night: first who is affected and what broke, then how far it goes, why
 * we believe it, what changed, and which ways out stand. Pure: the same notification gives the same text.
 */
export function renderText(notification: Notification, layout: TextLayout): { subject: string; text: string } {
  const content = pageContent(notification);
  return { subject: content.subject, text: layOut(content, layout) };
}

/** Lays a message out in lines of at most `columns` (40 at least); ends with a line break. */
export function layOut(content: PageContent, { columns: wanted, colour = false }: TextLayout): string {
  const columns = Math.max(MIN_COLUMNS, wanted);
  const paint = colour ? painted : (text: string) => text;
  const [first = '', ...others] = wrap(content.headline, columns - INDENT);
  const lines = [
    paint(`${MARKS[content.tone]} `, content.tone) + paint(first, 'strong'),
    ...others.map((line) => ' '.repeat(INDENT) + paint(line, 'strong')),
    ...wrap(content.context, columns - INDENT).map((line) => ' '.repeat(INDENT) + paint(line, 'muted')),
  ];
  let group: Section['group'] | undefined;
  for (const section of content.sections) {
    if (section.group !== group) lines.push('');
    group = section.group;
    lines.push(...sectionLines(section, columns, paint));
  }
  return `${lines.join('\n')}\n`;
}

type Style = Tone | 'strong' | 'muted';
type Paint = (text: string, style: Style) => string;

const SGR: Readonly<Record<Style, string>> = {
  down: '31',
  degraded: '33',
  'at-risk': '36',
  up: '32',
  plain: '',
  strong: '1',
  muted: '2',
};

function painted(text: string, style: Style): string {
  return SGR[style] === '' || text === '' ? text : `\u001b[${SGR[style]}m${text}\u001b[0m`;
}

function sectionLines({ label, items }: Section, columns: number, paint: Paint): string[] {
  const start = label === '' ? INDENT : INDENT + LABEL_COLUMNS;
  const terms = items.map(({ term }) => (term === undefined ? 0 : columnsOf(term)));
  const termColumns = Math.min(MAX_TERM_COLUMNS, Math.max(0, ...terms));
  return items
    .flatMap((item) => itemLines(item, termColumns, columns - start, paint))
    .map((line, index) => {
      const lead =
        index === 0 && label !== ''
          ? ' '.repeat(INDENT) + paint(padColumns(label, LABEL_COLUMNS), 'muted')
          : ' '.repeat(start);
      return line === '' ? '' : lead + line;
    });
}

function itemLines(
  { tone, mark, term, text, url }: Item,
  termColumns: number,
  columns: number,
  paint: Paint,
): string[] {
  const words = url === undefined ? text : text === '' ? url : `${text} ${url}`;
  if (mark !== undefined) return hanging(paint(mark, tone), columnsOf(mark) + 1, wrap(words, columns - 2));
  if (term === undefined) return wrap(words, columns);
  const beside = columns - termColumns - 2;
  if (beside < MIN_TEXT_COLUMNS || columnsOf(term) > termColumns)
    return [paint(term, tone), ...(words === '' ? [] : wrap(words, columns - 2).map((line) => `  ${line}`))];
  if (words === '') return [paint(term, tone)];
  return hanging(paint(padColumns(term, termColumns), tone), termColumns + 2, wrap(words, beside), '  ');
}

/** Lines whose first follows a lead, the others standing under it. */
function hanging(lead: string, leadColumns: number, lines: readonly string[], gap = ' '): string[] {
  return lines.map((line, index) => (index === 0 ? lead + gap + line : ' '.repeat(leadColumns) + line));
}
