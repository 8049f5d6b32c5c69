import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
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
import { codeOf, stoppedByError, stoppedBySignal, type Stopped, type StopPoint } from './stopped.ts';

/**
 * Sends one request over HTTP/2 (RFC 9113) on an open connection and reads the answer, bounded in size by
 * `maxBytes` and in time by the context's signal. One stream, no push, no second try: a probe sees what one
 * request sees. The connection is destroyed in the end, whatever happened.
 */
export async function sendHttp2(socket: Socket, request: OutgoingRequest, context: RunContext): Promise<Answer> {
  const session = connect(request.url.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: MAX_HEADER_BYTES },
  });
  // Whatever befalls the session befalls its only stream, which tells.
  session.on('error', ignore);
  try {
    return await new Promise<Answer>((resolve) => new StreamReader(request, context, resolve).begin(session));
  } finally {
    session.destroy();
    socket.destroy();
  }
}

/** Collects one answer; settles exactly once, and lets go of the signal then. */
class StreamReader {
  readonly #request: OutgoingRequest;
  readonly #context: RunContext;
  readonly #resolve: (answer: Answer) => void;
  readonly #began: number;
  readonly #chunks: Buffer[] = [];
  #offAbort: () => void = () => undefined;
  #settled = false;
  #point: StopPoint = 'headers';
  #status: number | undefined;
  #headers: Answer['headers'];
  #trailers: Answer['trailers'];
  #length = 0;
  #firstByteMs: number | undefined;

  constructor(request: OutgoingRequest, context: RunContext, resolve: (answer: Answer) => void) {
    this.#request = request;
    this.#context = context;
    this.#resolve = resolve;
    this.#began = context.monotonic();
  }

  begin(session: ClientHttp2Session): void {
    const { signal } = this.#context;
    this.#offAbort = onAbort(signal, () => this.#settle(this.#outOfTime()));
    const stream = this.#open(session);
    if (stream === undefined) return;
    stream.on('response', (headers) => this.#onResponse(headers));
    stream.on('trailers', (trailers: Readonly<Record<string, unknown>>) => (this.#trailers = givenHeaders(trailers)));
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    // Answered before it had taken the whole request: nobody waits for the rest.
    stream.on('end', () => stream.close(constants.NGHTTP2_NO_ERROR));
    stream.on('error', (error) => this.#settle(this.#failure(stream, error)));
    stream.on('close', () => this.#settle(this.#isComplete(stream) ? undefined : this.#cutOff(stream)));
    stream.end(this.#request.body);
  }

  #open(session: ClientHttp2Session): ClientHttp2Stream | undefined {
    const { url, method, body } = this.#request;
    const { host, ...headers } = requestHeaders(this.#request, this.#context);
    try {
      return session.request({
        ':method': method ?? 'GET',
        ':path': `${url.pathname}${url.search}`,
        ':authority': host ?? url.host,
        ...headers,
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      });
    } catch (error) {
      const message = `${this.#subject()}: cannot be sent as configured`;
      this.#settle({ at: 'request', class: 'probe.misconfigured', code: codeOf(error), message });
      return undefined;
    }
  }

  #onResponse(headers: Readonly<Record<string, unknown>>): void {
    this.#firstByteMs ??= elapsed(this.#context, this.#began);
    const status = Number(headers[':status']);
    const given = Object.fromEntries(Object.entries(givenHeaders(headers)).filter(([name]) => !name.startsWith(':')));
    const bytes = Object.entries(given).reduce((sum, [name, value]) => sum + name.length + value.toString().length, 0);
    if (bytes > MAX_HEADER_BYTES) {
      const message = `${this.#subject()}: response headers too large`;
      return this.#settle({ at: 'headers', class: 'protocol.too_large', message });
    }
    this.#point = 'body';
    this.#status = status;
    this.#headers = given;
  }

  #onData(chunk: Buffer): void {
    if (this.#settled) return;
    const room = this.#request.maxBytes - this.#length;
    this.#chunks.push(chunk.subarray(0, room));
    this.#length += Math.min(chunk.length, room);
    if (chunk.length <= room) return;
    const message = `${this.#subject()}: more than ${this.#request.maxBytes} bytes of body`;
    this.#settle({ at: 'body', class: 'protocol.too_large', message }, true);
  }

  #isComplete(stream: ClientHttp2Stream): boolean {
    return this.#status !== undefined && !stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR;
  }

  #cutOff(stream: ClientHttp2Stream): Stopped {
    const came = this.#status === undefined ? 'before any answer' : `when ${soFar(this.#length, this.#headers)}`;
    const code = `RST_${stream.rstCode}`;
    return { at: this.#point, class: 'connect.reset', code, message: `${this.#subject()}: stream closed ${came}` };
  }

  #failure(stream: ClientHttp2Stream, error: unknown): Stopped {
    const code = codeOf(error);
    const point = this.#point;
    if (code === 'ERR_HTTP2_ERROR' || stream.rstCode === constants.NGHTTP2_PROTOCOL_ERROR) {
      return { at: point, class: 'protocol.malformed', code, message: `${this.#subject()}: not an HTTP/2 answer` };
    }
    if (code === 'ERR_HTTP2_STREAM_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR') return this.#cutOff(stream);
    return stoppedByError(point, this.#subject(), error);
  }

  #outOfTime(): Stopped {
    const stopped = stoppedBySignal(this.#point, this.#subject(), this.#context.signal);
    if (this.#point !== 'body') return stopped;
    return { ...stopped, message: `${stopped.message} (${soFar(this.#length, this.#headers)})` };
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
      ...(this.#trailers !== undefined && { trailers: this.#trailers }),
      truncated,
      httpVersion: '2',
      phases: {
        ...(firstByte !== undefined && { firstByte, transfer: Math.round((total - firstByte) * 100) / 100 }),
      },
      ...(stopped !== undefined && { stopped }),
    });
  }

  #subject(): string {
    return subjectOf(this.#request);
  }
}

/** A session that fails after its story is told must not end the process. */
function ignore(): void {}
