import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { RunContext } from '../../ports/probe-kind.ts';
import { secure } from '../net/connection.ts';
import { ALPN, startTls } from '../net/starttls.ts';
import { codeOf, type Stopped } from '../net/stopped.ts';
import { exactNumber, keptResult } from '../sql/answer.ts';
import type { MakeClient, SqlClient, SqlOutcome, SqlTarget } from '../sql/session.ts';
import { Wire } from '../sql/wire.ts';
import { Frames } from './frames.ts';
import { OWN_MISTAKES } from './sqlstate.ts';

const MAX_BYTES = 1_048_576;
/** Protocol 3.0: what a server may say first (authentication, error, notice, version), and how long that may be. */
const FIRST: ReadonlySet<string> = new Set(['R', 'E', 'N', 'v']);
const MAX_FIRST = 64 * 1024;

/** Logs in by `pg` over our own connection, encrypted before `pg` sees it. */
export const postgresClient: MakeClient = async (connection, target, subject, context, upgraded) => {
  const { place, address, tls } = target;
  let { socket } = connection;
  if (tls !== undefined) {
    const refused = await startTls(socket, 'postgres', subject, context);
    // One byte of refusal is an answer: it has no TLS.
    if (refused?.class === 'protocol.malformed') return { ...refused, at: 'tls', class: 'tls.handshake' };
    if (refused !== undefined) return refused;
    const secured = await secure(socket, { ...place, address, alpn: ALPN.postgres }, tls, context);
    upgraded(secured);
    if (secured.socket === undefined) return secured.stopped ?? neverHere();
    socket = secured.socket;
  }
  const greeting = { length: 5, isPlausible };
  const wire = new Wire(socket, { subject, maxBytes: MAX_BYTES, greeting, frames: new Frames() }, context);
  return new PostgresClient(wire, target, subject, context);
};

class PostgresClient implements SqlClient {
  readonly #wire: Wire;
  readonly #client: pg.Client;
  readonly #target: SqlTarget;
  readonly #subject: string;
  readonly #context: RunContext;
  #passwordAsked = false;

  constructor(wire: Wire, target: SqlTarget, subject: string, context: RunContext) {
    const { place, address } = target;
    this.#wire = wire;
    this.#target = target;
    this.#subject = subject;
    this.#context = context;
    // Everything is said: what is left out, pg takes from the environment or a file at home.
    this.#client = new pg.Client({
      stream: () => wire as unknown as Duplex,
      host: address,
      port: place.port,
      user: place.user,
      database: place.database ?? place.user,
      password: () => {
        this.#passwordAsked = true;
        return place.password?.reveal() ?? '';
      },
      ssl: false,
      application_name: 'tocsin',
      client_encoding: 'UTF8',
    });
    this.#client.on('error', () => undefined);
  }

  readonly login = (): Promise<SqlOutcome> => this.#outcome(this.#client.connect().then(() => ({})));

  readonly statement = (sql: string, values: readonly string[]): Promise<SqlOutcome> =>
    this.#transaction('begin', sql, values, 'commit');

  readonly query = async (sql: string): Promise<SqlOutcome> => {
    const outcome = await this.#transaction('begin read only', sql, [], 'rollback');
    const { error } = outcome;
    if (error === undefined || !OWN_MISTAKES.has(error.code)) return outcome;
    const message = `${this.#subject}: cannot run the query, which may only read (${error.code}: ${error.message})`;
    return { stopped: { at: 'protocol', class: 'probe.misconfigured', code: error.code, message } };
  };

  readonly close = (): void => {
    if (this.#wire.stopped !== undefined) this.#wire.destroy();
    else void this.#client.end().catch(() => undefined);
  };

  /**
   * One statement in a transaction, with our deadline set on the server too: what nobody waits for any more does not
   * go on there, and a write that came too late is never committed.
   */
  async #transaction(begin: string, sql: string, values: readonly string[], end: string): Promise<SqlOutcome> {
    const outcome = await this.#outcome(
      (async () => {
        await this.#rows(begin);
        await this.#rows(`select set_config('statement_timeout', $1, true)`, [String(this.#context.timeoutMs)]);
        const rows = await this.#rows(sql, values);
        await this.#rows(end);
        return rows;
      })(),
    );
    // A failed transaction is ended, so that what follows is not refused for it.
    if (outcome.error !== undefined) await this.#outcome(this.#rows('rollback'));
    return outcome;
  }

  /** By the extended protocol: it takes one statement and no more, so that no `commit` can hide in a query. */
  async #rows(sql: string, values: readonly string[] = []): Promise<SqlOutcome> {
    const result = await this.#client.query<unknown[]>({
      text: sql,
      values: [...values],
      rowMode: 'array',
      queryMode: 'extended',
      types: { getTypeParser: (oid: number) => readerOf(oid) },
    } as pg.QueryArrayConfig);
    return keptResult(
      result.fields.map(({ name }) => name),
      result.rows,
    );
  }

  /** What a promise of pg came to, or the wire's end if that comes first. */
  async #outcome(work: Promise<SqlOutcome>): Promise<SqlOutcome> {
    const settled = work.catch((error: unknown) => this.#outcomeOfError(error));
    return Promise.race([settled, this.#wire.over.then((stopped) => ({ stopped }))]);
  }

  #outcomeOfError(error: unknown): SqlOutcome {
    if (error instanceof pg.DatabaseError) {
      return { error: { code: error.code ?? 'unknown', message: error.message.slice(0, 500) } };
    }
    if (this.#wire.stopped !== undefined) return { stopped: this.#wire.stopped };
    if (this.#passwordAsked && this.#target.place.password === undefined) {
      const message = `${this.#subject}: asks for a password, and none is configured`;
      return { stopped: { at: 'auth', class: 'auth.unauthorized', message } };
    }
    const code = codeOf(error);
    const message = `${this.#subject}: answered what its protocol does not allow${code === '' ? '' : ` (${code})`}`;
    return { stopped: { at: 'protocol', class: 'protocol.malformed', code, message } };
  }
}

function isPlausible(bytes: Buffer): boolean {
  return FIRST.has(String.fromCharCode(bytes[0] ?? 0)) && bytes.readInt32BE(1) >= 4 && bytes.readInt32BE(1) < MAX_FIRST;
}

const BOOL = 16;
/** int8, int2, int4, oid, float4, float8, numeric */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700]);

/** Text results only, so that nothing is lost before we look: see `exactNumber`. */
function readerOf(oid: number): (text: string) => unknown {
  if (oid === BOOL) return (text) => text === 't';
  return NUMBERS.has(oid) ? exactNumber : (text) => text;
}

function neverHere(): Stopped {
  throw new Error('a handshake gave neither a connection nor a reason');
}
