import { pageLines } from '../page/page-lines.ts';
import type { Line, Span } from '../page/page-lines.ts';
import type { PageContent, Tone } from '../page/page-content.ts';

type Colour = 'attention' | 'warning' | 'accent' | 'good' | 'default';

/** A stretch of a rich text block. Its text is shown as it is: cards look for Markdown in text blocks only. */
interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'bolder';
  readonly size?: 'large';
  readonly color?: Colour;
  readonly isSubtle?: true;
  readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string };
}

interface RichTextBlock {
  readonly type: 'RichTextBlock';
  readonly spacing?: 'medium' | 'none';
  readonly inlines: readonly TextRun[];
}

/** An Adaptive Card 1.4, https://adaptivecards.io/explorer/AdaptiveCard.html, as Teams shows it. */
export interface AdaptiveCard {
  readonly type: 'AdaptiveCard';
  readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  readonly version: '1.4';
  readonly msteams: { readonly width: 'Full' };
  readonly body: readonly RichTextBlock[];
}

const COLOURS: Readonly<Record<Tone, Colour>> = {
  down: 'attention',
  degraded: 'warning',
  'at-risk': 'accent',
  up: 'good',
  plain: 'default',
};

/** A message as a card: the first line large and in the colour of the state, a block a line. */
export function adaptiveCard(content: PageContent): AdaptiveCard {
  const [first = [], ...others] = pageLines(content);
  const headline = first.map((span) => ({ ...run(span), size: 'large' as const, color: COLOURS[content.tone] }));
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [{ type: 'RichTextBlock', inlines: headline }, ...blocksOf(others)],
  };
}

/** An empty line is the space above the next one. */
function blocksOf(lines: readonly Line[]): RichTextBlock[] {
  return lines.flatMap((line, index): RichTextBlock[] => {
    if (line.length === 0) return [];
    const spacing = lines[index - 1]?.length === 0 ? 'medium' : 'none';
    return [{ type: 'RichTextBlock', spacing, inlines: line.map(run) }];
  });
}

function run(span: Span): TextRun {
  if (span.kind === 'link')
    return {
      type: 'TextRun',
      text: span.url,
      color: 'accent',
      selectAction: { type: 'Action.OpenUrl', url: span.url },
    };
  switch (span.style) {
    case 'strong':
      return { type: 'TextRun', text: span.text, weight: 'bolder' };
    case 'muted':
      return { type: 'TextRun', text: span.text, isSubtle: true };
    case 'plain':
      return { type: 'TextRun', text: span.text };
  }
}
