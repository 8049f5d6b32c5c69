import type { Socket } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import type { RunContext } from '../../ports/probe-kind.ts';
import { elapsed } from '../net/connection.ts';
import { onAbort } from '../net/deadline.ts';
import { givenHeaders, MAX_HEADER_BYTES, requestHeaders, type OutgoingRequest } from '../net/outgoing-request.ts';
import { codeOf, stoppedByError, stoppedBySignal, type Stopped } from '../net/stopped.ts';
import { shownUrl } from '../net/urls.ts';

/** What to say, and when enough was heard. */
export interface Conversing {
  /** As configured, `ws:` or `wss:`; for messages and the handshake. */
  readonly url: string;
  readonly request: Pick<OutgoingRequest, 'headers' | 'address' | 'url'>;
  readonly subprotocols: readonly string[];
  readonly send: readonly string[];
  /** Absent: nothing is waited for. Called for each message; true ends the conversation. */
  readonly hear?: ((message: Buffer) => boolean) | undefined;
}

/** What came of it; where `stopped` is set, as far as it came. */
export interface Conversation {
  /** Of the answer to the upgrade: 101 where it was granted. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Whether the handshake was completed (RFC 6455 §4.1). */
  readonly opened: boolean;
  readonly messages: number;
  readonly closed?: { readonly code: number; readonly reason: string };
  readonly upgradeMs?: number;
  readonly totalMs: number;
  readonly stopped?: Stopped;
}

/** A message longer than this is too large. */
const MAX_MESSAGE_BYTES = 256 * 1024;
/** More than this, and it is a stream in which what was expected does not come. */
const MAX_MESSAGES = 1_000;
const MAX_TOTAL_BYTES = 4 * 1024 * 1024;
const NORMAL_CLOSURE = 1000;

/**
 * Opens a WebSocket on an open connection by the package ws, says what is to be said, and listens until enough
 * was heard, the peer closes or time is up. No redirect is followed, no compression offered. The connection is
 * closed in the end, whatever happened.
 */
export async function converse(socket: Socket, conversing: Conversing, context: RunContext): Promise<Conversation> {
  const websocket = new WebSocket(conversing.url, [...conversing.subprotocols], {
    createConnection: () => socket,
    headers: requestHeaders({ ...conversing.request, maxBytes: 0, absoluteForm: false }, context),
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  // An error after its story is told must not end the process.
  websocket.on('error', () => undefined);
  try {
    return await new Promise<Conversation>((resolve) => new Listener(websocket, conversing, context, resolve).begin());
  } finally {
    // Said politely: a consumer that vanishes would be an error in somebody's log, every time.
    if (websocket.readyState === WebSocket.OPEN) {
      websocket.close(NORMAL_CLOSURE);
      socket.destroySoon();
    } else {
      websocket.terminate();
      socket.destroy();
    }
  }
}

/** Collects one conversation; settles exactly once, and lets go of the signal then. */
class Listener {
  readonly #websocket: WebSocket;
  readonly #conversing: Conversing;
  readonly #context: RunContext;
  readonly #resolve: (conversation: Conversation) => void;
  readonly #began: number;
  #offAbort: () => void = () => undefined;
  #settled = false;
  #status: number | undefined;
  #headers: Conversation['headers'];
  #upgradeMs: number | undefined;
  #opened = false;
  #messages = 0;
  #bytes = 0;

  constructor(
    websocket: WebSocket,
    conversing: Conversing,
    context: RunContext,
    resolve: (conversation: Conversation) => void,
  ) {
    this.#websocket = websocket;
    this.#conversing = conversing;
    this.#context = context;
    this.#resolve = resolve;
    this.#began = context.monotonic();
  }

  begin(): void {
    const { signal } = this.#context;
    this.#offAbort = onAbort(signal, () =>
      this.#settle({ stopped: stoppedBySignal(this.#opened ? 'protocol' : 'headers', this.#subject(), signal) }),
    );
    this.#websocket
      .on('upgrade', (response) => this.#answered(101, response.headers))
      .on('unexpected-response', (_request, response) => {
        this.#answered(response.statusCode ?? 0, response.headers);
        this.#settle({});
      })
      .on('open', () => this.#onOpen())
      .on('message', (data) => this.#onMessage(data))
      .on('close', (code, reason) => this.#settle({ closed: { code, reason: reason.toString('utf8') } }))
      .on('error', (error) => this.#settle({ stopped: this.#failure(error) }));
  }

  #answered(status: number, headers: Readonly<Record<string, unknown>>): void {
    this.#status = status;
    this.#headers = givenHeaders(headers);
    this.#upgradeMs = elapsed(this.#context, this.#began);
  }

  #onOpen(): void {
    this.#opened = true;
    for (const text of this.#conversing.send) this.#websocket.send(text);
    if (this.#conversing.hear === undefined) this.#settle({});
  }

  #onMessage(data: RawData): void {
    if (this.#settled) return;
    const message = bufferOf(data);
    this.#messages += 1;
    this.#bytes += message.length;
    const enough = this.#conversing.hear?.(message) ?? true;
    if (enough || this.#messages >= MAX_MESSAGES || this.#bytes >= MAX_TOTAL_BYTES) this.#settle({});
  }

  #failure(error: unknown): Stopped {
    const code = codeOf(error);
    if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') {
      const message = `${this.#subject()}: a message of more than ${MAX_MESSAGE_BYTES} bytes`;
      return { at: 'protocol', class: 'protocol.too_large', code, message };
    }
    if (code.startsWith('WS_ERR_')) {
      return {
        at: 'protocol',
        class: 'protocol.malformed',
        code,
        message: `${this.#subject()}: broken frame (${code})`,
      };
    }
    // ws refuses an upgrade that was granted wrongly without a code; its headers say what is wrong with it.
    if (code === '' && this.#status === 101) {
      const message = `${this.#subject()}: upgraded, but not as asked (${this.#oddity()})`;
      return { at: 'headers', class: 'protocol.malformed', message };
    }
    return stoppedByError(this.#opened ? 'protocol' : 'headers', this.#subject(), error);
  }

  #oddity(): string {
    const { subprotocols } = this.#conversing;
    const chosen = this.#headers?.['sec-websocket-protocol'];
    const asked = subprotocols.length === 0 ? 'none' : subprotocols.join(', ');
    if (chosen === undefined ? subprotocols.length > 0 : !subprotocols.includes(chosen.toString())) {
      return `subprotocol ${chosen?.toString().slice(0, 100) ?? 'none'}, asked for ${asked}`;
    }
    return 'the handshake is not an answer to ours';
  }

  #settle(end: Pick<Conversation, 'closed' | 'stopped'>): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#offAbort();
    this.#resolve({
      ...(this.#status !== undefined && { status: this.#status }),
      ...(this.#headers !== undefined && { headers: this.#headers }),
      ...(this.#upgradeMs !== undefined && { upgradeMs: this.#upgradeMs }),
      opened: this.#opened,
      messages: this.#messages,
      totalMs: elapsed(this.#context, this.#began),
      ...end,
    });
  }

  #subject(): string {
    return `${shownUrl(this.#conversing.url)} at ${this.#conversing.request.address}`;
  }
}

function bufferOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
