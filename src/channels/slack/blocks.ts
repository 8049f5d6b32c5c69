import { pageLines } from '../page/page-lines.ts';
import type { Line, Span } from '../page/page-lines.ts';
import type { PageContent } from '../page/page-content.ts';

/** An element of a rich text section; Slack shows its text as it is and looks for no markup in it. */
type Element =
  | { readonly type: 'text'; readonly text: string; readonly style?: { readonly bold?: true; readonly italic?: true } }
  | { readonly type: 'link'; readonly url: string }
  | { readonly type: 'broadcast'; readonly range: 'here' | 'channel' }
  | { readonly type: 'user'; readonly user_id: string }
  | { readonly type: 'usergroup'; readonly usergroup_id: string };

/** A block of a message: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export interface RichTextBlock {
  readonly type: 'rich_text';
  readonly elements: readonly { readonly type: 'rich_text_section'; readonly elements: readonly Element[] }[];
}

/** `here`, `channel`, a user's id (`U…`, `W…`) or a user group's (`S…`). */
export type Mention = string;

/** A message as one block; whom it mentions stands after the first line. */
export function blocks(content: PageContent, mentions: readonly Mention[] = []): readonly RichTextBlock[] {
  const [first = [], ...others] = pageLines(content);
  const lead = [...first.map(element), ...mentions.flatMap((mention) => [text(' '), mentioned(mention)])];
  const elements = [...lead, ...others.flatMap((line) => [text('\n'), ...lineElements(line)])];
  return [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: joined(elements) }] }];
}

/** What a notification on a telephone shows. It is mrkdwn, in which only these three characters begin anything. */
export function fallbackText(content: PageContent): string {
  return content.subject.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function lineElements(line: Line): Element[] {
  return line.map(element);
}

function element(span: Span): Element {
  if (span.kind === 'link') return { type: 'link', url: span.url };
  if (span.style === 'strong') return { type: 'text', text: span.text, style: { bold: true } };
  return text(span.text);
}

function text(words: string): Element {
  return { type: 'text', text: words };
}

function mentioned(mention: Mention): Element {
  if (mention === 'here' || mention === 'channel') return { type: 'broadcast', range: mention };
  if (mention.startsWith('S')) return { type: 'usergroup', usergroup_id: mention };
  return { type: 'user', user_id: mention };
}

/** Neighbours of one style as one element. */
function joined(elements: readonly Element[]): Element[] {
  const found: Element[] = [];
  for (const each of elements) {
    const last = found.at(-1);
    if (each.type === 'text' && each.style === undefined && last?.type === 'text' && last.style === undefined)
      found[found.length - 1] = text(last.text + each.text);
    else found.push(each);
  }
  return found;
}
