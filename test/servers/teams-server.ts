import { startHttpReceiver } from './http-receiver.ts';
import type { HttpReceiver, ReceivedRequest, ServiceAnswer } from './http-receiver.ts';

/** A Workflows webhook that posts cards; `receiver.react` is its fault switch. */
export interface TeamsServer extends AsyncDisposable {
  /** With its signature, which is the password. */
  readonly url: string;
  readonly receiver: HttpReceiver;
  /** What the channel saw, as text, a line a block. */
  readonly cards: readonly string[];
}

const SIGNATURE = 'teams-signature-0123456789';
const MAX_BYTES = 28 * 1024;

/** Starts one; it takes Adaptive Cards made of rich text blocks, at most 28 KB. */
export async function startTeamsServer(): Promise<TeamsServer> {
  const cards: string[] = [];
  const path = `/workflows/abc/triggers/manual/paths/invoke?api-version=1&sig=${SIGNATURE}`;
  const serve = (request: ReceivedRequest): ServiceAnswer => {
    if (request.path !== path) return { status: 401, body: '{"error":{"code":"DirectApiAuthorizationRequired"}}' };
    if (Buffer.byteLength(request.body) > MAX_BYTES) return { status: 413, body: 'RequestEntityTooLarge' };
    const shown = shownOf(request.body);
    if (shown === undefined) return { status: 400, body: '{"error":{"code":"BadRequest"}}' };
    cards.push(shown);
    return { status: 202 };
  };
  const receiver = await startHttpReceiver({ kind: 'serve', serve });
  return {
    url: `${receiver.url}${path}`,
    receiver,
    cards,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

interface Card {
  readonly type: string;
  readonly version: string;
  readonly body: readonly { readonly type: string; readonly inlines: readonly { type: string; text: string }[] }[];
}

function shownOf(body: string): string | undefined {
  const said = JSON.parse(body) as { type: string; attachments: { contentType: string; content: Card }[] };
  const [attachment] = said.attachments;
  if (said.type !== 'message' || attachment?.contentType !== 'application/vnd.microsoft.card.adaptive')
    return undefined;
  const { content } = attachment;
  if (content.type !== 'AdaptiveCard' || content.version !== '1.4') return undefined;
  if (content.body.some(({ type, inlines }) => type !== 'RichTextBlock' || inlines.length === 0)) return undefined;
  return content.body.map(({ inlines }) => inlines.map(({ text }) => text).join('')).join('\n');
}
