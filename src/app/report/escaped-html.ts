const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML and SVG may hold it, in content and in quoted attributes; control characters become spaces. */
export function escapedHtml(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}]/gu, ' ').replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
