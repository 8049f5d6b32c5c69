import type { Phases } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import type { Session } from '../dialogue/converse.ts';
import { elapsed, endpoint, openConnection, type Connection } from '../net/connection.ts';
import type { Mask } from '../net/mask.ts';
import type { Stopped } from '../net/stopped.ts';
import type { TlsConnectionFacts } from '../net/tls-facts.ts';
import type { TlsFields } from '../net/tls-trust.ts';
import type { SqlAnswer, SqlAsked } from './answer.ts';
import type { Place } from './place.ts';

/** One address of a database, and how to log in there. */
export interface SqlTarget {
  /** `PostgreSQL` */
  readonly product: string;
  readonly place: Place;
  readonly address: string;
  /** Absent: in the clear. */
  readonly tls: TlsFields | undefined;
  readonly mask: Mask;
}

/** What a statement came to: a part of an answer. */
export type SqlOutcome = Omit<SqlAnswer, 'ms'>;

/** A client library that was given our connection. Its promises never reject and end by the run's signal. */
export interface SqlClient {
  readonly login: () => Promise<SqlOutcome>;
  readonly statement: (sql: string, values: readonly string[]) => Promise<SqlOutcome>;
  readonly query: (sql: string) => Promise<SqlOutcome>;
  readonly close: () => void;
}

/** What a handshake that the client had to begin showed. */
export interface Upgraded {
  readonly phases: Pick<Phases, 'tls'>;
  readonly tls?: TlsConnectionFacts;
}

/** How a client is made of an open connection; `upgraded` is to be told of a handshake. */
export type MakeClient = (
  connection: Connection & { readonly socket: NonNullable<Connection['socket']> },
  target: SqlTarget,
  subject: string,
  context: RunContext,
  upgraded: (handshake: Upgraded) => void,
) => Promise<SqlClient | Stopped>;

/** Talks to one address over one fresh connection, opened at the login. */
export function sqlSession(target: SqlTarget, make: MakeClient, context: RunContext): Session<SqlAsked, SqlAnswer> {
  return new SqlSession(target, make, context);
}

class SqlSession implements Session<SqlAsked, SqlAnswer> {
  readonly #target: SqlTarget;
  readonly #make: MakeClient;
  readonly #context: RunContext;
  #client: SqlClient | undefined;
  #phases: Phases = {};
  #tls: TlsConnectionFacts | undefined;

  constructor(target: SqlTarget, make: MakeClient, context: RunContext) {
    this.#target = target;
    this.#make = make;
    this.#context = context;
  }

  get phases(): Phases {
    return this.#phases;
  }

  get tls(): TlsConnectionFacts | undefined {
    return this.#tls;
  }

  readonly ask = async (asked: SqlAsked): Promise<SqlAnswer> => {
    const began = this.#context.monotonic();
    const outcome = await this.#outcome(asked);
    return { ...outcome, ms: elapsed(this.#context, began) };
  };

  readonly masked = (answer: SqlAnswer): SqlAnswer => {
    const { text } = this.#target.mask;
    const { rows, error, stopped } = answer;
    return {
      ...answer,
      ...(rows !== undefined && {
        rows: rows.map((row) => row.map((value) => (typeof value === 'string' ? text(value) : value))),
      }),
      ...(error !== undefined && { error: { ...error, message: text(error.message) } }),
      ...(stopped !== undefined && { stopped: { ...stopped, message: text(stopped.message) } }),
    };
  };

  readonly close = (): void => this.#client?.close();

  async #outcome(asked: SqlAsked): Promise<SqlOutcome> {
    switch (asked.kind) {
      case 'login':
        return this.#login();
      case 'statement': {
        const outcome = await this.#client?.statement(asked.sql, asked.values);
        return { ...outcome, sent: asked.values };
      }
      case 'query':
        return (await this.#client?.query(asked.sql)) ?? {};
    }
  }

  async #login(): Promise<SqlOutcome> {
    const { product, place, address } = this.#target;
    const target = { address, port: place.port, host: place.host };
    const connection = await openConnection(target, this.#context);
    this.#phases = connection.phases;
    const { socket, stopped } = connection;
    if (socket === undefined) return stopped === undefined ? {} : { stopped };
    const subject = `${product} ${place.host} at ${endpoint(target)}`;
    const client = await this.#make({ ...connection, socket }, this.#target, subject, this.#context, (handshake) => {
      this.#phases = { ...this.#phases, ...handshake.phases };
      this.#tls = handshake.tls;
    });
    if ('class' in client) {
      socket.destroy();
      return { stopped: client };
    }
    this.#client = client;
    return client.login();
  }
}
