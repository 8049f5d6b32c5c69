import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { RunContext } from '../../ports/probe-kind.ts';
import { onAbort } from '../net/deadline.ts';
import { stoppedByError, stoppedBySignal, type Stopped } from '../net/stopped.ts';

/** What is known of the talk before it begins. */
export interface WireRules {
  /** Opens messages: `PostgreSQL db.example at 10.0.0.1:5432`. */
  readonly subject: string;
  /** More from the server than this, in all, ends the run. */
  readonly maxBytes: number;
  /** How many bytes show whether the server speaks this protocol at all, and whether they do. */
  readonly greeting: { readonly length: number; readonly isPlausible: (bytes: Buffer) => boolean };
  /** Cuts bytes into what the library can be trusted with; undefined where it cannot be. Where absent: all as it comes. */
  readonly frames?: { readonly push: (chunk: Buffer) => readonly Buffer[] | undefined };
}

/**
 * Stands between a connection that we opened and a client library that expects to have opened it: hands bytes over
 * either way, counts them, and ends at the run's deadline. What a library throws at bytes that it did not expect is
 * caught here, where it would otherwise end the process.
 */
export class Wire extends EventEmitter {
  writable = true;
  #socket: Socket;
  readonly #rules: WireRules;
  #received = 0;
  #head = Buffer.alloc(0);
  #stopped: Stopped | undefined;
  readonly #offAbort: () => void;
  #settle: (stopped: Stopped) => void = () => undefined;
  /** Resolves when the talk is over before it was ended: why. */
  readonly over: Promise<Stopped>;

  constructor(socket: Socket, rules: WireRules, context: Pick<RunContext, 'signal'>) {
    super();
    this.#socket = socket;
    this.#rules = rules;
    this.over = new Promise((resolve) => (this.#settle = resolve));
    this.on('error', () => undefined);
    this.#listen();
    this.#offAbort = onAbort(context.signal, () => {
      this.#fail(stoppedBySignal('protocol', rules.subject, context.signal));
      this.#socket.destroy();
    });
  }

  /** Why the talk is over, if it is. */
  get stopped(): Stopped | undefined {
    return this.#stopped;
  }

  get destroyed(): boolean {
    return this.#socket.destroyed;
  }

  /** The connection is there already: says so as soon as whoever asked has begun to listen. */
  connect(): this {
    queueMicrotask(() => this.emit('connect'));
    return this;
  }

  write(data: Uint8Array | string, whenWritten?: (error?: Error | null) => void): boolean {
    return this.writable && this.#socket.write(data, whenWritten);
  }

  /** What was written is still sent, then the connection closes. */
  end(): this {
    this.writable = false;
    this.#socket.destroySoon();
    return this;
  }

  destroy(): this {
    this.writable = false;
    this.#offAbort();
    this.#socket.destroy();
    return this;
  }

  /** Begins anew over the same connection, encrypted by somebody else: `upgrade` gives the encrypted one. */
  async encrypt(upgrade: (socket: Socket) => Promise<{ socket?: Socket; stopped?: Stopped }>): Promise<boolean> {
    this.#socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('error');
    const { socket, stopped } = await upgrade(this.#socket);
    if (socket !== undefined) {
      this.#socket = socket;
      this.#listen();
      return true;
    }
    if (stopped !== undefined) this.#fail(stopped);
    return false;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  pause(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  #listen(): void {
    this.#socket
      .on('data', (chunk: Buffer) => this.#hear(chunk))
      .on('error', (error: Error) => this.#fail(stoppedByError('protocol', this.#rules.subject, error)))
      .on('close', () => {
        this.#offAbort();
        const message = `${this.#rules.subject}: the server closed the connection`;
        this.#fail({ at: 'protocol', class: 'connect.reset', message });
        this.emit('end');
        this.emit('close');
      });
  }

  #hear(chunk: Buffer): void {
    if (this.#stopped !== undefined) return;
    const { subject, maxBytes } = this.#rules;
    this.#received += chunk.length;
    if (!this.#isPlausible(chunk)) {
      return this.#refuse('protocol.malformed', `${subject}: what answers does not speak its protocol`);
    }
    if (this.#received > maxBytes) {
      return this.#refuse('protocol.too_large', `${subject}: answered with more than ${maxBytes} bytes`);
    }
    const frames = this.#rules.frames === undefined ? [chunk] : this.#rules.frames.push(chunk);
    if (frames === undefined) {
      return this.#refuse('protocol.malformed', `${subject}: answered with what cannot be read`);
    }
    try {
      for (const frame of frames) this.emit('data', frame);
    } catch {
      this.#refuse('protocol.malformed', `${subject}: answered with what cannot be read`);
    }
  }

  #isPlausible(chunk: Buffer): boolean {
    const { length, isPlausible } = this.#rules.greeting;
    if (this.#head.length >= length) return true;
    this.#head = Buffer.concat([this.#head, chunk.subarray(0, length - this.#head.length)]);
    return this.#head.length < length || isPlausible(this.#head);
  }

  #refuse(failureClass: Stopped['class'], message: string): void {
    this.#fail({ at: 'protocol', class: failureClass, message });
    this.#socket.destroy();
  }

  #fail(stopped: Stopped): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = stopped;
    this.writable = false;
    this.#settle(stopped);
    this.emit('error', new Error(stopped.message));
  }
}
