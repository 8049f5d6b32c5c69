import { z } from 'zod';
import type { ChannelKind, Delivery } from '../ports/channel-kind.ts';
import { printable } from '../ports/printable.ts';
import { pageContent } from './page/page-content.ts';
import type { PageContent } from './page/page-content.ts';
import { layOut } from './page/render-text.ts';
import { templateField } from './page/template.ts';

/** Where a terminal channel prints: its output, whether that understands colour, and how wide it is. */
export interface Screen {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  readonly columns: number;
}

const MAX_COLUMNS = 80;

const schema = z.strictObject({ template: templateField().optional() });

/** Prints messages where the daemon runs, as an SRE would read them. Takes the screen that it prints on. */
export function terminalChannel(screen: Screen): ChannelKind<z.output<typeof schema>> {
  return {
    name: 'terminal',
    description: 'Prints the message on the output of the daemon, as a person would read it.',
    example: 'kind: terminal\n',
    schema,
    deliver: ({ template }, notification) => Promise.resolve(print(screen, pageContent(notification, template))),
  };
}

function print({ write, colour, columns: available }: Screen, content: PageContent): Delivery {
  const columns = Math.min(MAX_COLUMNS, available);
  const text = layOut(content, { columns, colour });
  const rule = '─'.repeat(columns);
  try {
    write(`\n${colour ? `\u001b[2m${rule}\u001b[0m` : rule}\n${text}\n`);
    return { kind: 'delivered' };
  } catch (error) {
    const why = error instanceof Error ? printable(error.message, 200) : 'unknown';
    return { kind: 'retry', error: `print on the terminal: ${why}` };
  }
}
