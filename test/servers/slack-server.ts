import { startHttpReceiver } from './http-receiver.ts';
import type { HttpReceiver, ReceivedRequest, ServiceAnswer } from './http-receiver.ts';

/** A message as Slack keeps it. */
export interface SlackMessage {
  readonly ts: string;
  readonly channel: string;
  readonly threadTs: string | undefined;
  readonly broadcast: boolean;
  text: string;
  /** The words of its blocks as a reader sees them. */
  shown: string;
  /** Who was called by it: `here`, or ids. */
  mentions: readonly string[];
  edits: number;
}

/** Slack's Web API, as far as messages go; `receiver.react` is its fault switch, `serving` switches it back. */
export interface SlackServer extends AsyncDisposable {
  readonly url: string;
  readonly receiver: HttpReceiver;
  readonly messages: readonly SlackMessage[];
  /** Takes requests again; `loseAnswer`: takes them and hangs up. */
  readonly serve: (how?: { loseAnswer: boolean }) => void;
  /** Somebody deletes a message by hand. */
  readonly remove: (ts: string) => void;
}

const TOKEN = 'xoxb-0123456789-secret';
const CHANNEL = 'C0123456789';
const MAX_TEXT = 4000;

/** Starts one that knows one bot and one channel, `C0123456789`, also called `#incidents`. */
export async function startSlackServer(): Promise<SlackServer> {
  const messages: SlackMessage[] = [];
  const serve = (request: ReceivedRequest): ServiceAnswer => json(answer(request, messages));
  const receiver = await startHttpReceiver({ kind: 'serve', serve });
  return {
    url: `${receiver.url}/api`,
    receiver,
    messages,
    serve: ({ loseAnswer } = { loseAnswer: false }) => {
      receiver.react = { kind: 'serve', serve, loseAnswer };
    },
    remove: (ts) => {
      messages.splice(
        messages.findIndex((message) => message.ts === ts),
        1,
      );
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

/** The bot's token and the channel that every server of this kind knows. */
export const SLACK = { token: TOKEN, channel: CHANNEL } as const;

function answer({ method, path, headers, body }: ReceivedRequest, messages: SlackMessage[]): object {
  if (headers.authorization !== `Bearer ${TOKEN}`) return refused('invalid_auth');
  const { pathname, searchParams } = new URL(path, 'http://slack');
  if (method === 'GET') {
    if (pathname !== '/api/chat.getPermalink') return refused('unknown_method');
    const ts = searchParams.get('message_ts');
    const found = messages.some((message) => message.ts === ts && message.channel === searchParams.get('channel'));
    return found ? { ok: true, permalink: `https://slack.example/p${ts ?? ''}` } : refused('message_not_found');
  }
  const said = JSON.parse(body) as Record<string, unknown>;
  const channel = said['channel'] === '#incidents' ? CHANNEL : said['channel'];
  if (channel !== CHANNEL) return refused('channel_not_found');
  const seen = seenIn(said['blocks']);
  if (seen === undefined) return refused('invalid_blocks');
  const text = typeof said['text'] === 'string' ? said['text'] : '';
  if (text.length > MAX_TEXT || seen.shown.length > MAX_TEXT) return refused('msg_too_long');
  if (/<[!@#]/.test(text)) throw new Error(`a mention came through: ${text}`);
  switch (pathname) {
    case '/api/chat.postMessage': {
      const threadTs = said['thread_ts'] as string | undefined;
      if (threadTs !== undefined && !messages.some(({ ts }) => ts === threadTs)) return refused('thread_not_found');
      const ts = `1763694754.${String(messages.length + 1).padStart(6, '0')}`;
      messages.push({ ts, channel, threadTs, broadcast: said['reply_broadcast'] === true, text, ...seen, edits: 0 });
      return { ok: true, channel, ts };
    }
    case '/api/chat.update': {
      const message = messages.find(({ ts }) => ts === said['ts']);
      if (message === undefined) return refused('message_not_found');
      Object.assign(message, { text, ...seen, edits: message.edits + 1 });
      return { ok: true, channel, ts: message.ts };
    }
    default:
      return refused('unknown_method');
  }
}

interface Block {
  readonly type: string;
  readonly elements?: readonly { readonly type: string; readonly elements?: readonly Record<string, unknown>[] }[];
}

/** What a reader sees of rich text blocks; undefined where Slack would refuse them. */
function seenIn(blocks: unknown): { shown: string; mentions: string[] } | undefined {
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > 50) return undefined;
  let shown = '';
  const mentions: string[] = [];
  for (const block of blocks as readonly Block[]) {
    if (block.type !== 'rich_text') return undefined;
    for (const element of (block.elements ?? []).flatMap((section) => section.elements ?? [])) {
      const { type, text, url } = element;
      if (type === 'text' && typeof text === 'string' && text !== '') shown += text;
      else if (type === 'link' && typeof url === 'string' && /^https?:\/\//.test(url)) shown += url;
      else if (type === 'broadcast' || type === 'user' || type === 'usergroup')
        mentions.push(String(element['range'] ?? element['user_id'] ?? element['usergroup_id']));
      else return undefined;
    }
  }
  return { shown, mentions };
}

function refused(error: string): object {
  return { ok: false, error };
}

function json(body: object): ServiceAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
