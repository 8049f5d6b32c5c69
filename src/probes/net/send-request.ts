import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Client, type buildConnector, type Dispatcher } from 'undici';
import type { RunContext } from '../../ports/probe-kind.ts';
import { elapsed } from './connection.ts';
import { onAbort } from './deadline.ts';
import {
  givenHeaders,
  MAX_HEADER_BYTES,
  requestHeaders,
  soFar,
  subjectOf,
  type Answer,
  type OutgoingRequest,
} from './outgoing-request.ts';
import { sendHttp2 } from './send-http2.ts';
import { codeOf, stoppedByError, stoppedBySignal, type Stopped, type StopPoint } from './stopped.ts';

/** Why undici is told to let go; made once, because a stack trace a run is dear. */
const OVER = new Error('the exchange is over');

/**
 * Sends one request over an open connection and reads the answer, bounded in size by `maxBytes` and in time by
 * the context's signal: HTTP/2 where the handshake agreed on it, else HTTP/1.1 by undici's dispatcher. The
 * connection is destroyed in the end, whatever happened.
 */
export async function sendRequest(socket: Socket, request: OutgoingRequest, context: RunContext): Promise<Answer> {
  if (socket instanceof TLSSocket && socket.alpnProtocol === 'h2') return sendHttp2(socket, request, context);
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
    // In this order: undici makes an error, stack trace and all, for a connection that goes without a reason; and
    // one more after an answer to `connection: close`, which consumers do not send either.
    await client.destroy(OVER);
    socket.destroy();
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
    this.#offAbort = onAbort(signal, () => this.#settle(this.#outOfTime()));
    const { url, absoluteForm, method, body } = this.#request;
    const path = `${url.pathname}${url.search}`;
    client.dispatch(
      {
        path: absoluteForm ? `${url.origin}${path}` : path,
        method: method ?? 'GET',
        headers: requestHeaders(this.#request, this.#context),
        body: body ?? null,
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
    this.#headers = givenHeaders(headers);
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
      httpVersion: '1.1',
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

  #outOfTime(): Stopped {
    const stopped = stoppedBySignal(this.#point, this.#subject(), this.#context.signal);
    if (this.#point !== 'body') return stopped;
    return { ...stopped, message: `${stopped.message} (${soFar(this.#length, this.#headers)})` };
  }

  #subject(): string {
    return subjectOf(this.#request);
  }
}
