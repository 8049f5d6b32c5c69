import { writeFile } from 'node:fs/promises';
import { BaseFetcher } from 'tuf-js';
// Not exported by the package's index, but what its client tells a missing file by.
import { DownloadError, DownloadHTTPError } from 'tuf-js/dist/error.js';
import { printable } from '../../ports/printable.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { elapsed } from '../net/connection.ts';
import type { HttpExchange } from '../net/http-request.ts';
import { maskFor } from '../net/mask.ts';
import { politeExchange } from '../net/polite-exchange.ts';
import type { Stopped } from '../net/stopped.ts';
import { shownUrl } from '../net/urls.ts';
import type { ClientStep, StepSeen } from './measured.ts';
import type { TufOptions } from './options.ts';
import { Trusted } from './trusted.ts';

/** A body longer than its signed length is read up to here, so that it can be told from one that is merely too long. */
const MIN_LIMIT = 64 * 1024;
/** No target that is worth to be fetched by a probe is longer, whatever its metadata says. */
const MAX_LIMIT = 16 * 1024 * 1024;

const MAX_SAID = 200;
const MAX_READ_FOR_PEOPLE = 4096;

/** What was asked for last, and what came. */
export interface Fetched {
  readonly step: ClientStep;
  /** The role whose metadata it is; undefined for a target file. */
  readonly role: string | undefined;
  /** Method, URL and address. */
  readonly request: string;
  readonly status?: number;
  readonly body?: Buffer;
  readonly stopped?: Stopped;
  /** The beginning of what came, for people: masked, on one line. */
  readonly said: string;
  /** The body is longer than the client would have it. */
  readonly tooLong: boolean;
}

/** Where the fetcher asks and keeps. */
export interface FetchPlace {
  readonly address: string;
  /** A file that may be overwritten. */
  readonly scratch: string;
}

/**
 * Fetches for tuf-js through our own exchange: one address, guarded, within the run's deadline, bounded. Follows
 * what the client takes: to ask for the next file is to have taken the one before.
 */
export class ExchangeFetcher extends BaseFetcher {
  readonly trusted: Trusted;
  last: Fetched | undefined;
  /** The first exchange that was made. */
  first: HttpExchange | undefined;
  readonly #steps = new Map<ClientStep, StepSeen>();
  readonly #options: TufOptions;
  readonly #context: RunContext;
  readonly #place: FetchPlace;

  constructor(options: TufOptions, context: RunContext, place: FetchPlace) {
    super();
    this.trusted = new Trusted(options.root);
    this.#options = options;
    this.#context = context;
    this.#place = place;
  }

  get steps(): readonly StepSeen[] {
    return [...this.#steps.values()];
  }

  /** For those who fetch without a length; tuf-js's client does not. */
  override async fetch(url: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return new Blob([new Uint8Array(await this.downloadBytes(url, MAX_LIMIT))]).stream();
  }

  /** tuf-js fetches metadata as bytes, and files alone as files. */
  override downloadBytes(url: string, maxLength: number): Promise<Buffer> {
    return this.#bytes(url, maxLength, this.#roleOf(url));
  }

  override async downloadFile<T>(url: string, maxLength: number, handler: (file: string) => Promise<T>): Promise<T> {
    await writeFile(this.#place.scratch, await this.#bytes(url, maxLength, undefined));
    return handler(this.#place.scratch);
  }

  async #bytes(url: string, maxLength: number, role: string | undefined): Promise<Buffer> {
    const { body, status, tooLong, request, stopped } = await this.#get(url, maxLength, role);
    if (stopped !== undefined) throw new DownloadError(stopped.message);
    if (body === undefined || status !== 200)
      throw new DownloadHTTPError(`${request}: answered ${status}`, status ?? 0);
    if (tooLong) throw new DownloadError(`${request}: more than ${maxLength} bytes`);
    return body;
  }

  /** The client took what was fetched last. */
  takeLast(): void {
    const { role, status, body } = this.last ?? {};
    if (role !== undefined && status === 200 && body !== undefined) this.trusted.take(role, body);
    this.last = undefined;
  }

  async #get(url: string, maxLength: number, role: string | undefined): Promise<Fetched> {
    this.takeLast();
    const step = stepOf(role);
    const { tls, resolver, family } = this.#options;
    const { address } = this.#place;
    // Files may stand elsewhere: there the name is looked up anew, and our credentials are nobody's business.
    const home = new URL(url).origin === new URL(this.#options.url).origin;
    const began = this.#context.monotonic();
    const exchange = await politeExchange(
      {
        url,
        follow: 'same-host',
        maxBytes: Math.min(MAX_LIMIT, Math.max(maxLength, MIN_LIMIT)),
        tls,
        resolver,
        family,
        ...(home && { address, auth: this.#options.auth }),
      },
      this.#context,
    );
    this.first ??= exchange;
    const { status, body, stopped } = exchange;
    const fetched: Fetched = {
      said: this.#beginningOf(exchange),
      step,
      role,
      request: `GET ${shownUrl(url)} at ${exchange.address ?? address}`,
      tooLong: stopped?.class === 'protocol.too_large' || (body?.length ?? 0) > maxLength,
      ...(status !== undefined && { status }),
      ...(body !== undefined && { body }),
      // A long page that comes with a refusal is first of all a refusal.
      ...(stopped !== undefined && !hasSaidNo(exchange) && { stopped }),
    };
    this.last = fetched;
    this.#note(fetched, elapsed(this.#context, began));
    return fetched;
  }

  /** A stranger may answer with what it was asked, credentials included: masked before it is cut. */
  #beginningOf({ body = Buffer.alloc(0), token }: HttpExchange): string {
    const text = maskFor(this.#options, [token]).cutOff(body.subarray(0, MAX_READ_FOR_PEOPLE).toString('utf8'));
    return printable(text.replace(/\s+/g, ' ').trim(), MAX_SAID);
  }

  #note({ step, request, status }: Fetched, ms: number): void {
    const before = this.#steps.get(step);
    this.#steps.set(step, {
      step,
      requests: (before?.requests ?? 0) + 1,
      ms: (before?.ms ?? 0) + ms,
      request,
      ...(status !== undefined && { status }),
    });
  }

  /** By the file's name: `2.root.json`, `timestamp.json`, and with consistent snapshots `7.snapshot.json`. */
  #roleOf(url: string): string {
    const file = new URL(url).pathname.split('/').at(-1) ?? '';
    const name = decodeURIComponent(file).replace(/\.json$/, '');
    if (/^\d+\.root$/.test(name)) return 'root';
    return this.trusted.root.signed.consistentSnapshot ? name.replace(/^\d+\./, '') : name;
  }
}

function hasSaidNo({ status, stopped }: HttpExchange): boolean {
  return stopped?.class === 'protocol.too_large' && status !== undefined && status >= 300;
}

function stepOf(role: string | undefined): ClientStep {
  switch (role) {
    case 'root':
    case 'timestamp':
    case 'snapshot':
    case 'targets':
      return role;
    default:
      return 'target files';
  }
}
