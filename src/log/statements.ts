import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** A prepared statement whose rows come back as tuples, the fastest way through node:sqlite. */
export interface Query<Row extends readonly unknown[]> {
  readonly all: (...values: SQLInputValue[]) => Row[];
  readonly get: (...values: SQLInputValue[]) => Row | undefined;
  readonly iterate: (...values: SQLInputValue[]) => Iterable<Row>;
}

/** The database with each statement prepared once. Closing the database frees them. */
export class Statements {
  readonly database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** Runs a statement that gives no rows; returns how many it changed and the last id it made. */
  run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values);
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  }

  /** A query whose rows have the shape that its `SELECT` lists; the caller states it beside the statement. */
  query<Row extends readonly unknown[]>(sql: string): Query<Row> {
    // The one place where rows get their type: only this room writes them, and the tables are STRICT.
    return this.#statement(sql) as unknown as Query<Row>;
  }

  #statement(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const statement = this.database.prepare(sql);
    statement.setReturnArrays(true);
    this.#prepared.set(sql, statement);
    return statement;
  }
}
