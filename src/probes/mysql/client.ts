import { createConnection, type Connection as MysqlConnection, type QueryError } from 'mysql2';
import type { RunContext } from '../../ports/probe-kind.ts';
import { secure } from '../net/connection.ts';
import type { Stopped } from '../net/stopped.ts';
import { exactNumber, keptResult } from '../sql/answer.ts';
import type { MakeClient, SqlClient, SqlOutcome, SqlTarget, Upgraded } from '../sql/session.ts';
import { Wire } from '../sql/wire.ts';
import { OWN_MISTAKES } from './error-number.ts';

const MAX_BYTES = 1_048_576;
const MAX_GREETING = 4096;
/** Protocol 10, or an error instead of a greeting. */
const FIRST: ReadonlySet<number> = new Set([0x0a, 0xff]);

/** Logs in by `mysql2` over our own connection. */
export const mysqlClient: MakeClient = (connection, target, subject, context, upgraded) => {
  const greeting = { length: 5, isPlausible };
  const wire = new Wire(connection.socket, { subject, maxBytes: MAX_BYTES, greeting }, context);
  return Promise.resolve(new MysqlClient(wire, target, subject, context, upgraded));
};

class MysqlClient implements SqlClient {
  readonly #wire: Wire;
  readonly #target: SqlTarget;
  readonly #subject: string;
  readonly #context: RunContext;
  readonly #upgraded: (handshake: Upgraded) => void;
  #connection: MysqlConnection | undefined;

  constructor(
    wire: Wire,
    target: SqlTarget,
    subject: string,
    context: RunContext,
    upgraded: (handshake: Upgraded) => void,
  ) {
    this.#wire = wire;
    this.#target = target;
    this.#subject = subject;
    this.#context = context;
    this.#upgraded = upgraded;
  }

  /** Waiting for a lock ends on the server too, instead of in a day, when nobody waits for it any more. */
  readonly login = async (): Promise<SqlOutcome> => {
    const connection = this.#open();
    this.#connection = connection;
    const outcome = await this.#outcome((done) => {
      connection.once('connect', () => done(null, {}));
      connection.on('error', (error: QueryError) => done(error));
    });
    if (outcome.error !== undefined || outcome.stopped !== undefined) return outcome;
    const seconds = Math.max(1, Math.ceil(this.#context.timeoutMs / 1000));
    return this.#rows(`set session lock_wait_timeout = ${seconds}, innodb_lock_wait_timeout = ${seconds}`);
  };

  readonly statement = (sql: string, values: readonly string[]): Promise<SqlOutcome> => this.#rows(sql, values);

  readonly query = async (sql: string): Promise<SqlOutcome> => {
    const begun = await this.#rows('start transaction read only');
    if (begun.error !== undefined || begun.stopped !== undefined) return begun;
    const outcome = await this.#rows(sql);
    if (outcome.stopped === undefined) await this.#rows('rollback');
    const { error } = outcome;
    if (error === undefined || !OWN_MISTAKES.has(error.code)) return outcome;
    const message = `${this.#subject}: cannot run the query, which may only read (${error.code}: ${error.message})`;
    return { stopped: { at: 'protocol', class: 'probe.misconfigured', code: error.code, message } };
  };

  readonly close = (): void => {
    if (this.#wire.stopped !== undefined || this.#connection === undefined) this.#wire.destroy();
    else this.#connection.end(() => this.#wire.end());
  };

  #open(): MysqlConnection {
    const { place, address, tls } = this.#target;
    const connection = createConnection({
      stream: this.#wire,
      host: address,
      port: place.port,
      user: place.user,
      password: place.password?.reveal() ?? '',
      ...(place.database !== undefined && { database: place.database }),
      // Only says that there shall be TLS: the handshake is ours, below.
      ...(tls !== undefined && { ssl: {} }),
      // A server may not ask for our files.
      flags: ['-LOCAL_FILES'],
      // The run's signal is the deadline.
      connectTimeout: 0,
      charset: 'utf8mb4',
      rowsAsArray: true,
      typeCast: (field, next) => castValue(field.type, field.string.bind(field), next),
    });
    // Packets out of order: mysql2 would complain on the console and go on. The wire takes it for what it is.
    (connection as unknown as NodeJS.EventEmitter).on('warn', (warning: Error) => {
      throw warning;
    });
    const upgradable = connection as unknown as { startTLS: (onSecure: (error?: Error) => void) => void };
    // Its own would resume sessions, know no name for a literal address, and lose a refused certificate.
    upgradable.startTLS = (onSecure) => void this.#startTls(onSecure);
    return connection;
  }

  async #startTls(onSecure: (error?: Error) => void): Promise<void> {
    const { place, address, tls } = this.#target;
    const secured = await this.#wire.encrypt(async (socket) => {
      const connection = await secure(
        socket,
        { ...place, address, alpn: [] },
        tls ?? { minDaysLeft: 0 },
        this.#context,
      );
      this.#upgraded(connection);
      return connection;
    });
    if (secured) onSecure();
  }

  /** `execute` where there are values: they never stand in the text. */
  #rows(sql: string, values: readonly string[] = []): Promise<SqlOutcome> {
    return this.#outcome((done) => {
      const given = (error: QueryError | null, rows: unknown, fields: unknown): void => {
        if (error !== null) return done(error);
        // A statement that gives no rows gives a header instead.
        const columns = Array.isArray(fields) ? (fields as readonly { readonly name: string }[]) : [];
        done(
          null,
          Array.isArray(rows)
            ? keptResult(
                columns.map(({ name }) => name),
                rows as unknown[][],
              )
            : {},
        );
      };
      if (values.length > 0) this.#connection?.execute(sql, [...values], given);
      else this.#connection?.query(sql, given);
    });
  }

  /** What a call of mysql2 came to, or the wire's end if that comes first. */
  #outcome(work: (done: (error: QueryError | null, outcome?: SqlOutcome) => void) => void): Promise<SqlOutcome> {
    const called = new Promise<SqlOutcome>((resolve) => {
      work((error, outcome = {}) => resolve(error === null ? outcome : this.#outcomeOfError(error)));
    });
    return Promise.race([called, this.#wire.over.then((stopped) => ({ stopped }))]);
  }

  #outcomeOfError(error: QueryError): SqlOutcome {
    // What the server said has a number; what the library says has none.
    if (error.errno !== undefined && error.errno > 0) {
      return { error: { code: String(error.errno), message: error.message.slice(0, 500) } };
    }
    return { stopped: this.#wire.stopped ?? this.#broken(error.code) };
  }

  #broken(code: string | undefined): Stopped {
    if (code === 'HANDSHAKE_NO_SSL_SUPPORT') {
      return { at: 'tls', class: 'tls.handshake', code, message: `${this.#subject}: offers no TLS` };
    }
    const message = `${this.#subject}: answered what its protocol does not allow${code === undefined ? '' : ` (${code})`}`;
    return { at: 'protocol', class: 'protocol.malformed', ...(code !== undefined && { code }), message };
  }
}

/** Length (3 bytes, little endian), sequence number 0, then the protocol's version. */
function isPlausible(bytes: Buffer): boolean {
  return bytes.readUIntLE(0, 3) < MAX_GREETING && bytes[3] === 0 && FIRST.has(bytes[4] ?? 0);
}

const NUMBERS: ReadonlySet<string> = new Set([
  'TINY',
  'SHORT',
  'LONG',
  'LONGLONG',
  'INT24',
  'FLOAT',
  'DOUBLE',
  'DECIMAL',
  'NEWDECIMAL',
  'YEAR',
]);
const TEXTS: ReadonlySet<string> = new Set([
  'DATE',
  'TIME',
  'DATETIME',
  'TIMESTAMP',
  'JSON',
  'VAR_STRING',
  'STRING',
  'VARCHAR',
  'BLOB',
]);

/** Numbers without losing a digit, times as the server writes them. */
function castValue(type: string, text: () => string | null, next: () => unknown): unknown {
  if (NUMBERS.has(type)) {
    const given = text();
    return given === null ? null : exactNumber(given);
  }
  return TEXTS.has(type) ? text() : next();
}
