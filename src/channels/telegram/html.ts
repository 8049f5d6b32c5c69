import { pageLines } from '../page/page-lines.ts';
import type { Span } from '../page/page-lines.ts';
import type { PageContent } from '../page/page-content.ts';

/** A message in Telegram's HTML: https://core.telegram.org/bots/api#html-style */
export function telegramHtml(content: PageContent): string {
  return pageLines(content)
    .map((line) => line.map(spanHtml).join(''))
    .join('\n');
}

function spanHtml(span: Span): string {
  if (span.kind === 'link') return `<a href="${escaped(span.url)}">${escaped(span.url)}</a>`;
  const text = escaped(span.text);
  // Telegram calls whom a text names by @, except in code.
  if (span.text.includes('@')) return `<code>${text}</code>`;
  switch (span.style) {
    case 'strong':
      return `<b>${text}</b>`;
    case 'muted':
      return `<i>${text}</i>`;
    case 'plain':
      return text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}
