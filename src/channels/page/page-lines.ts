import { MARKS } from './marks.ts';
import type { Item, PageContent, Section } from './page-content.ts';

/** A stretch of a line in one style, or an address to go to. Texts are printable, but not escaped for any markup. */
export type Span =
  | { readonly kind: 'text'; readonly text: string; readonly style: 'plain' | 'strong' | 'muted' }
  | { readonly kind: 'link'; readonly url: string };

/** One line; empty between groups. */
export type Line = readonly Span[];

/**
 * A message in lines for where text is proportional and a screen is narrow: chats, telephones, cards. The first
 * line is the headline. Every chat's layout is these lines in its own markup, so that all of them read alike.
 */
export function pageLines(content: PageContent): readonly Line[] {
  const lines: Line[] = [
    [plain(`${MARKS[content.tone]} `), strong(content.headline)],
    ...(content.context === '' ? [] : [[muted(content.context)]]),
  ];
  let group: Section['group'] | undefined;
  for (const section of content.sections) {
    if (section.group !== group) lines.push([]);
    group = section.group;
    lines.push(...sectionLines(section));
  }
  return lines;
}

/** The lines as plain text, addresses as they are. */
export function plainText(content: PageContent): string {
  return pageLines(content)
    .map((line) => line.map((span) => (span.kind === 'link' ? span.url : span.text)).join(''))
    .join('\n');
}

function sectionLines({ label, items }: Section): Line[] {
  if (label === '') return items.map(itemSpans);
  const [only, ...others] = items;
  if (only !== undefined && others.length === 0 && only.mark === undefined)
    return [[strong(`${label}:`), plain(' '), ...itemSpans(only)]];
  return [[strong(`${label}:`)], ...items.map((item) => [plain(`${item.mark ?? '–'} `), ...itemSpans(item)])];
}

function itemSpans({ term, text, url }: Item): Span[] {
  const lead = term === undefined ? [] : [strong(term), ...(text === '' ? [] : [plain(' – ')])];
  const link = url === undefined ? [] : [...(text === '' ? [] : [plain(' ')]), { kind: 'link' as const, url }];
  return [...lead, ...(text === '' ? [] : [plain(text)]), ...link];
}

function plain(text: string): Span {
  return { kind: 'text', text, style: 'plain' };
}

function strong(text: string): Span {
  return { kind: 'text', text, style: 'strong' };
}

function muted(text: string): Span {
  return { kind: 'text', text, style: 'muted' };
}
