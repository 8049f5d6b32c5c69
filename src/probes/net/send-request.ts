import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Client, type buildConnector, type Dispatcher } from 'undici';
import type { Phases } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { elapsed, endpoint } from './connection.ts';
import { onAbort } from './deadline.ts';
import { codeOf, stoppedByError, stoppedBySignal, type Stopped, type StopPoint } from './stopped.ts';
import { portOf, shownUrl } from './urls.ts';

/** A request for a connection that is already open. */
export interface OutgoingRequest {
  readonly url: URL;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
  readonly maxBytes: number;
  /** Where the connection goes; for messages. */
  readonly address: string;
  /** A plain request through a proxy names the whole URL (RFC 9112 §3.2.2). */
  readonly absoluteForm: boolean;
}

/** What came back; where `stopped` is set, as far as it came. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer;
  readonly truncated: boolean;
  readonly phases: Pick<Phases, 'firstByte' | 'transfer'>;
  readonly stopped?: Stopped;
}

/** Header bytes (names, values, status line) that are read before the answer counts as too large. */
const MAX_HEADER_BYTES = 32 * 1024;
const USER_AGENT = 'tocsin';
/** Why undici is told to let go; made once, because a stack trace a run is dear. */
const OVER = new Error('the exchange is over');

/**
 * Sends one request over an open connection by undici's dispatcher and reads the answer, bounded in size by
 * `maxBytes` and in time by the context's signal. The connection is destroyed in the end, whatever happened.
 */
export async function sendRequest(socket: Socket, request: OutgoingRequest, context: RunContext): Promise<Answer> {
  const client = new Client(request.url.origin, {
    connect: handOver(socket),
    allowH2: false,
    // The run's signal is the deadline; undici's own timers are coarser and would only hide it.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  try {
    return await new Promise<Answer>((resolve) => new AnswerReader(socket, request, context, resolve).dispatch(client));
  } finally {
    socket.destroy();
    await client.destroy(OVER);
  }
}

/** A connector for undici that gives it a connection that is open already; later, as undici is busy asking. */
export function handOver(socket: Socket): buildConnector.connector {
  return (_options, callback) => queueMicrotask(() => callback(null, socket));
}

/** Collects one answer; settles exactly once, and lets go of the signal then. */
class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #socket: Socket;
  readonly #request: OutgoingRequest;
  readonly #context: RunContext;
  readonly #resolve: (answer: Answer) => void;
  readonly #began: number;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #offAbort: () => void = () => undefined;
  #settled = false;
  #point: StopPoint = 'headers';
  #status: number | undefined;
  #headers: Answer['headers'];
  #length = 0;
  #firstByteMs: number | undefined;

  constructor(socket: Socket, request: OutgoingRequest, context: RunContext, resolve: (answer: Answer) => void) {
    this.#socket = socket;
    this.#request = request;
    this.#context = context;
    this.#resolve = resolve;
    this.#began = context.monotonic();
  }

  dispatch(client: Client): void {
    const { signal } = this.#context;
    this.#offAbort = onAbort(signal, () => this.#settle(stoppedBySignal(this.#point, this.#subject(), signal)));
    const { url, absoluteForm, method, body } = this.#request;
    const path = `${url.pathname}${url.search}`;
    client.dispatch(
      {
        path: absoluteForm ? `${url.origin}${path}` : path,
        method: method ?? 'GET',
        headers: this.#requestHeaders(),
        body: body ?? null,
        reset: true,
      },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(OVER);
  }

  onResponseStarted(): void {
    this.#firstByteMs ??= elapsed(this.#context, this.#began);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // Interim answers (RFC 9110 §15.2) are not the answer.
    if (status < 200) return;
    this.#firstByteMs ??= elapsed(this.#context, this.#began);
    this.#point = 'body';
    this.#status = status;
    this.#headers = Object.fromEntries(
      Object.entries(headers).filter((h): h is [string, string] => h[1] !== undefined),
    );
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    const room = this.#request.maxBytes - this.#length;
    this.#chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.#length += Math.min(chunk.length, room);
    if (chunk.length <= room) return;
    const message = `${this.#subject()}: more than ${this.#request.maxBytes} bytes of body`;
    this.#settle({ at: 'body', class: 'protocol.too_large', message }, true);
  }

  onResponseEnd(): void {
    this.#settle(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (codeOf(error) === 'UND_ERR_INVALID_ARG') {
      const message = `${this.#subject()}: cannot be sent as configured`;
      return this.#settle({ at: 'request', class: 'probe.misconfigured', code: codeOf(error), message });
    }
    if (this.#status === undefined && codeOf(error) === 'UND_ERR_SOCKET' && this.#heardSomething()) {
      const message = `${this.#subject()}: closed after bytes that are no HTTP answer`;
      return this.#settle({ at: 'headers', class: 'protocol.malformed', code: codeOf(error), message });
    }
    this.#settle(stoppedByError(this.#point, this.#subject(), error));
  }

  #settle(stopped: Stopped | undefined, truncated = false): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#offAbort();
    const total = elapsed(this.#context, this.#began);
    const firstByte = this.#firstByteMs;
    this.#resolve({
      ...(this.#status !== undefined && { status: this.#status, body: Buffer.concat(this.#chunks) }),
      ...(this.#headers !== undefined && { headers: this.#headers }),
      truncated,
      phases: {
        ...(firstByte !== undefined && { firstByte, transfer: Math.round((total - firstByte) * 100) / 100 }),
      },
      ...(stopped !== undefined && { stopped }),
    });
    if (stopped !== undefined) this.#controller?.abort(OVER);
  }

  /** Over TLS it cannot be told: what was read there may have been the protocol's own. */
  #heardSomething(): boolean {
    return !(this.#socket instanceof TLSSocket) && this.#socket.bytesRead > 0;
  }

  #requestHeaders(): Record<string, string> {
    const { traceparent } = this.#context;
    return {
      'user-agent': USER_AGENT,
      accept: '*/*',
      // What is measured is bounded by what is received: nothing that unpacks to more.
      'accept-encoding': 'identity',
      ...(traceparent !== undefined && { traceparent }),
      ...Object.fromEntries(Object.entries(this.#request.headers ?? {}).map(([k, v]) => [k.toLowerCase(), v])),
    };
  }

  #subject(): string {
    const { method, url, address } = this.#request;
    return `${method ?? 'GET'} ${shownUrl(url)} at ${endpoint({ address, port: portOf(url) })}`;
  }
}
