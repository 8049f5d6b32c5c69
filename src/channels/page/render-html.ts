import type { Item, PageContent, Tone } from './page-content.ts';

const COLOURS: Readonly<Record<Tone, string>> = {
  down: '#b3261e',
  degraded: '#8a5a00',
  'at-risk': '#006879',
  up: '#256b2c',
  plain: 'inherit',
};

const FONT = 'font:15px/1.5 system-ui,sans-serif';

/** The same content as simple HTML: one table, no image, no script, nothing loaded from anywhere. */
export function renderHtml(content: PageContent): string {
  const rows = content.sections.flatMap(({ label, items }) =>
    items.map(
      (item, index) =>
        `<tr><td style="padding:2px 16px 2px 0;vertical-align:top;color:#666;white-space:nowrap">` +
        `${index === 0 ? escaped(label) : ''}</td><td style="padding:2px 0;vertical-align:top">${itemHtml(item)}</td></tr>`,
    ),
  );
  return (
    `<!doctype html><html><head><meta charset="utf-8"></head><body style="${FONT}">` +
    `<p style="font-size:18px;margin:0 0 4px;border-left:4px solid ${COLOURS[content.tone]};padding-left:12px">` +
    `<strong>${escaped(content.headline)}</strong></p>` +
    `<p style="color:#666;margin:0 0 16px;padding-left:16px">${escaped(content.context)}</p>` +
    `<table style="border-collapse:collapse;${FONT}">${rows.join('')}</table></body></html>`
  );
}

function itemHtml({ tone, mark, term, text, url }: Item): string {
  const lead = [mark, term].filter((part) => part !== undefined).join(' ');
  return [
    lead === '' ? '' : `<strong style="color:${COLOURS[tone]}">${escaped(lead)}</strong>`,
    escaped(text),
    url === undefined ? '' : `<a href="${escaped(url)}">${escaped(url)}</a>`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
