import type { Socket } from 'node:net';
import type { Phases } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import type { Session } from '../dialogue/converse.ts';
import type { Answer } from '../dialogue/question.ts';
import { elapsed, endpoint, openConnection, type Connection } from '../net/connection.ts';
import type { Mask } from '../net/mask.ts';
import { readUntil } from '../net/read-until.ts';
import type { Stopped } from '../net/stopped.ts';
import type { TlsConnectionFacts } from '../net/tls-facts.ts';
import type { RedisOptions } from './options.ts';
import { encodeCommand, MAX_BULK_BYTES, parseReply, type RedisReply } from './resp.ts';

/** A command, and how it is shown: credentials are never. */
export interface RedisAsked {
  readonly words: readonly string[];
  readonly shown: string;
}

/** A reply to one command. Without `reply`, `stopped` says why. */
export interface RedisAnswer extends Answer {
  /** Command and address. */
  readonly request: string;
  readonly reply?: RedisReply;
}

/** A bulk string with its header and end. */
const MAX_REPLY_BYTES = MAX_BULK_BYTES + 64;

/** One fresh connection to one address, opened by the first command; commands one after another. */
export class RedisSession implements Session<RedisAsked, RedisAnswer> {
  readonly #options: RedisOptions;
  readonly #address: string;
  readonly #mask: Mask;
  readonly #context: RunContext;
  #connection: Connection | undefined;

  constructor(options: RedisOptions, address: string, mask: Mask, context: RunContext) {
    this.#options = options;
    this.#address = address;
    this.#mask = mask;
    this.#context = context;
  }

  get phases(): Phases {
    return this.#connection?.phases ?? {};
  }

  get tls(): TlsConnectionFacts | undefined {
    return this.#connection?.tls;
  }

  readonly ask = async ({ words, shown }: RedisAsked): Promise<RedisAnswer> => {
    const { host, port, tls: overTls } = this.#options.url;
    const target = { address: this.#address, port, host, tls: overTls ? this.#options.tls : undefined };
    const request = `${shown} at ${endpoint(target)}`;
    this.#connection ??= await openConnection(target, this.#context);
    const { socket, stopped } = this.#connection;
    if (socket === undefined) return { request, ms: 0, ...(stopped !== undefined && { stopped }) };
    const began = this.#context.monotonic();
    socket.write(encodeCommand(words));
    const answered = await this.#read(socket, request);
    return { request, ms: elapsed(this.#context, began), ...answered };
  };

  readonly masked = (answer: RedisAnswer): RedisAnswer => {
    const { reply, stopped } = answer;
    return {
      ...answer,
      ...(reply !== undefined && { reply: reply.kind === 'nil' ? reply : maskedReply(reply, this.#mask) }),
      ...(stopped !== undefined && { stopped: { ...stopped, message: this.#mask.text(stopped.message) } }),
    };
  };

  readonly close = (): void => {
    this.#connection?.socket?.destroy();
  };

  async #read(socket: Socket, request: string): Promise<Pick<RedisAnswer, 'reply' | 'stopped'>> {
    const isWhole = (bytes: Buffer) => parseReply(bytes).kind !== 'incomplete';
    const { bytes, ended, stopped } = await readUntil(socket, request, MAX_REPLY_BYTES, isWhole, this.#context);
    if (stopped !== undefined) return { stopped };
    const parsed = parseReply(bytes);
    switch (parsed.kind) {
      case 'reply':
        return { reply: parsed.reply };
      case 'malformed':
        return { stopped: notRedis(`${request}: the reply ${parsed.reason}`) };
      case 'incomplete':
        if (ended === 'full') return { stopped: notRedis(`${request}: the reply has no end`) };
        return { stopped: closed(request, bytes.length) };
    }
  }
}

function maskedReply<Reply extends Exclude<RedisReply, { kind: 'nil' }>>(reply: Reply, mask: Mask): Reply {
  return { ...reply, text: mask.text(reply.text), ...(reply.kind === 'error' && { prefix: mask.text(reply.prefix) }) };
}

function notRedis(message: string): Stopped {
  return { at: 'protocol', class: 'protocol.malformed', message };
}

function closed(request: string, bytes: number): Stopped {
  const message = `${request}: connection closed after ${bytes} bytes of the reply`;
  return { at: 'protocol', class: 'connect.reset', message };
}
