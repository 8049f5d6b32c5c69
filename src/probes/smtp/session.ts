import type { Socket } from 'node:net';
import type { Phases } from '../../model/run.ts';
import { Secret } from '../../model/secret.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { printable } from '../../ports/printable.ts';
import type { Session } from '../dialogue/converse.ts';
import type { Answer } from '../dialogue/question.ts';
import { elapsed, endpoint, openConnection, secure } from '../net/connection.ts';
import { maskFor, type Mask } from '../net/mask.ts';
import { readUntil } from '../net/read-until.ts';
import type { Stopped } from '../net/stopped.ts';
import type { TlsConnectionFacts } from '../net/tls-facts.ts';
import { IMPLICIT_TLS_PORT, type SmtpOptions } from './options.ts';
import { plainCredentials } from './credentials.ts';
import { isComplete, parseReply, type SmtpReply } from './reply.ts';

/** What is done next. `lines` are sent one after the other, each after a reply of 3xx to the one before. */
export type SmtpAsked =
  | { readonly kind: 'connect' }
  | { readonly kind: 'encrypt' }
  | { readonly kind: 'say'; readonly lines: readonly string[] };

/** The last reply; none to a handshake that succeeded. */
export interface SmtpAnswer extends Answer {
  readonly reply?: SmtpReply;
}

const MAX_REPLY = 8 * 1024;

/** Talks to one address over one fresh connection. */
export function smtpSession(
  options: SmtpOptions,
  address: string,
  context: RunContext,
): Session<SmtpAsked, SmtpAnswer> {
  return new SmtpSession(options, address, context);
}

class SmtpSession implements Session<SmtpAsked, SmtpAnswer> {
  readonly #options: SmtpOptions;
  readonly #target: { readonly address: string; readonly port: number; readonly host: string };
  readonly #context: RunContext;
  readonly #mask: Mask;
  #socket: Socket | undefined;
  #phases: Phases = {};
  #tls: TlsConnectionFacts | undefined;

  constructor(options: SmtpOptions, address: string, context: RunContext) {
    this.#options = options;
    this.#target = { address, port: options.port, host: options.host };
    this.#context = context;
    // A server may repeat the command that it did not understand.
    const sent = plainCredentials(options.username ?? '', options.password?.reveal() ?? '');
    this.#mask = maskFor(options, options.password === undefined ? [] : [new Secret(sent)]);
  }

  get phases(): Phases {
    return this.#phases;
  }

  get tls(): TlsConnectionFacts | undefined {
    return this.#tls;
  }

  readonly ask = async (asked: SmtpAsked): Promise<SmtpAnswer> => {
    const began = this.#context.monotonic();
    const answer = await this.#answer(asked);
    return { ...answer, ms: elapsed(this.#context, began) };
  };

  readonly masked = (answer: SmtpAnswer): SmtpAnswer => {
    const { reply } = answer;
    if (reply === undefined) return answer;
    return { ...answer, reply: { ...reply, lines: reply.lines.map((line) => this.#mask.text(line)) } };
  };

  readonly close = (): void => void this.#socket?.destroy();

  async #answer(asked: SmtpAsked): Promise<Omit<SmtpAnswer, 'ms'>> {
    switch (asked.kind) {
      case 'connect':
        return this.#connect();
      case 'encrypt':
        return this.#encrypt();
      case 'say': {
        let answer: Omit<SmtpAnswer, 'ms'> = {};
        for (const line of asked.lines) {
          this.#socket?.write(`${line}\r\n`);
          answer = await this.#listen();
          if (answer.reply === undefined || answer.reply.code < 300 || answer.reply.code >= 400) break;
        }
        return answer;
      }
    }
  }

  async #connect(): Promise<Omit<SmtpAnswer, 'ms'>> {
    const tls = this.#options.port === IMPLICIT_TLS_PORT ? this.#options.tls : undefined;
    const connection = await openConnection({ ...this.#target, tls, alpn: [] }, this.#context);
    this.#phases = connection.phases;
    this.#tls = connection.tls;
    this.#socket = connection.socket;
    if (connection.socket === undefined) return connection.stopped === undefined ? {} : { stopped: connection.stopped };
    return this.#listen();
  }

  async #encrypt(): Promise<Omit<SmtpAnswer, 'ms'>> {
    if (this.#socket === undefined) return {};
    const secured = await secure(this.#socket, { ...this.#target, alpn: [] }, this.#options.tls, this.#context);
    this.#phases = { ...this.#phases, ...secured.phases };
    this.#tls = secured.tls;
    this.#socket = secured.socket;
    return secured.stopped === undefined ? {} : { stopped: secured.stopped };
  }

  /** Exactly one reply: what comes behind it unasked would be taken for an answer to what is said next. */
  async #listen(): Promise<Omit<SmtpAnswer, 'ms'>> {
    if (this.#socket === undefined) return {};
    const subject = `SMTP with ${this.#target.host} at ${endpoint(this.#target)}`;
    const enough = (bytes: Buffer): boolean => isComplete(bytes.toString('latin1'));
    const received = await readUntil(this.#socket, subject, MAX_REPLY, enough, this.#context);
    if (received.stopped !== undefined) return { stopped: received.stopped };
    const text = received.bytes.toString('latin1');
    const reply = parseReply(text);
    return reply === undefined ? { stopped: noReply(subject, this.#mask.text(text), received.ended) } : { reply };
  }
}

function noReply(subject: string, text: string, ended: 'enough' | 'closed' | 'full' | 'stopped'): Stopped {
  const got = text === '' ? 'nothing' : printable(text, 200);
  const how = ended === 'closed' ? ', then closed the connection' : '';
  const failureClass =
    text === '' && ended === 'closed'
      ? 'connect.reset'
      : ended === 'full'
        ? 'protocol.too_large'
        : 'protocol.malformed';
  return { at: 'protocol', class: failureClass, message: `${subject}: expected a reply, got ${got}${how}` };
}
