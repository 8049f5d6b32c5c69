import { startHttpReceiver } from './http-receiver.ts';
import type { HttpReceiver, ReceivedRequest, ServiceAnswer } from './http-receiver.ts';

/** A message as a chat shows it. */
export interface TelegramMessage {
  readonly id: number;
  /** Without its markup. */
  readonly shown: string;
  readonly silent: boolean;
  readonly answersTo: number | undefined;
  /** Names after @ that Telegram would call. */
  readonly mentions: readonly string[];
}

/** Telegram's Bot API, as far as `sendMessage` goes; `receiver.react` is its fault switch. */
export interface TelegramServer extends AsyncDisposable {
  readonly url: string;
  readonly receiver: HttpReceiver;
  readonly messages: readonly TelegramMessage[];
  readonly serve: (how?: { loseAnswer: boolean }) => void;
}

/** The bot and the chat that every server of this kind knows. */
export const TELEGRAM = { token: '123456:AAAA-bbbb-CCCC-dddd-eeee', chat: -1001234567890 } as const;

const MAX_TEXT = 4096;

/** Starts one that knows one bot and one chat. */
export async function startTelegramServer(): Promise<TelegramServer> {
  const messages: TelegramMessage[] = [];
  const serve = (request: ReceivedRequest): ServiceAnswer => answer(request, messages);
  const receiver = await startHttpReceiver({ kind: 'serve', serve });
  return {
    url: receiver.url,
    receiver,
    messages,
    serve: ({ loseAnswer } = { loseAnswer: false }) => {
      receiver.react = { kind: 'serve', serve, loseAnswer };
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

function answer({ path, body }: ReceivedRequest, messages: TelegramMessage[]): ServiceAnswer {
  if (path !== `/bot${TELEGRAM.token}/sendMessage`) return refused(401, 'Unauthorized');
  const said = JSON.parse(body) as Record<string, unknown>;
  if (said['chat_id'] !== TELEGRAM.chat) return refused(400, 'Bad Request: chat not found');
  if (said['parse_mode'] !== 'HTML') return refused(400, 'Bad Request: another parse mode than expected');
  const seen = seenIn(String(said['text']));
  if (seen === undefined) return refused(400, "Bad Request: can't parse entities");
  if (seen.shown === '') return refused(400, 'Bad Request: message text is empty');
  if (seen.shown.length > MAX_TEXT) return refused(400, 'Bad Request: message is too long');
  const reply = said['reply_parameters'] as { message_id: number; allow_sending_without_reply?: boolean } | undefined;
  const stands = messages.some(({ id }) => id === reply?.message_id);
  if (reply !== undefined && !stands && reply.allow_sending_without_reply !== true)
    return refused(400, 'Bad Request: message to be replied not found');
  const id = messages.length + 1;
  messages.push({ id, ...seen, silent: said['disable_notification'] === true, answersTo: reply?.message_id });
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ok: true, result: { message_id: id } }),
  };
}

const TOKEN = /<(\/?)(b|i|code|a)(?: href="([^"<>]*)")?>|&(amp|lt|gt|quot);|[^<>&]+|[<>&]/g;
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** Telegram's HTML, as strictly as it is: balanced tags that it knows, and no bare `<`, `>` or `&`. */
function seenIn(html: string): { shown: string; mentions: string[] } | undefined {
  const open: string[] = [];
  const mentions: string[] = [];
  let shown = '';
  for (const [piece, slash, tag, , entity] of html.matchAll(TOKEN)) {
    if (tag !== undefined) {
      if (slash === '') open.push(tag);
      else if (open.pop() !== tag) return undefined;
    } else if (entity !== undefined) shown += CHARACTERS[entity] ?? '';
    else if (/^[<>&]$/.test(piece)) return undefined;
    else {
      shown += piece;
      if (!open.includes('code')) mentions.push(...[...piece.matchAll(/@(\w{5,})/g)].map(([, name = '']) => name));
    }
  }
  return open.length === 0 ? { shown, mentions } : undefined;
}

function refused(code: number, description: string): ServiceAnswer {
  return {
    status: code,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ok: false, error_code: code, description }),
  };
}
