import {
  LogError,
  type Checkpoint,
  type ObservationQuery,
  type ObservationSummary,
  type Recovered,
} from '../../ports/log.ts';
import type { DecidedRow, EntriesPage, ReaderCalls, SummaryQuery } from '../calls.ts';
import { readContents } from '../contents.ts';
import { openForReading } from '../database.ts';
import { logFiles } from '../folder.ts';
import { recover } from '../recover.ts';
import { Statements } from '../statements.ts';
import { readTransaction } from '../transaction.ts';
import { readCheckpoint, readDecided } from './read-decided.ts';
import { readDecisions } from './read-decisions.ts';
import { readEntries } from './read-entries.ts';
import { boundsOf, readObservations } from './read-observations.ts';
import { readSummary } from './read-summary.ts';

/** The reading end of the log, inside its worker: a connection of its own, each query on one state of the log. */
export class LogReading {
  #statements: Statements | null = null;
  #engine = '';

  /** Opens the log; gives what a restart would need, if that is wanted. Throws LogError. */
  open({ folder, engine, recover: wanted }: ReaderCalls['open']['ask']): Recovered | null {
    this.#statements = new Statements(openForReading(logFiles(folder)));
    this.#engine = engine;
    return wanted ? this.#read((statements) => recover(statements, engine)) : null;
  }

  entries(after: number): EntriesPage | null {
    return this.#read((statements) => readEntries(statements, after));
  }

  contents(ids: readonly number[]): readonly (readonly [id: number, text: string])[] {
    return this.#read((statements) => readContents(statements, ids));
  }

  observations(query: ObservationQuery): readonly string[] {
    return this.#read((statements) => readObservations(statements, boundsOf(query)));
  }

  summary(query: SummaryQuery): readonly ObservationSummary[] {
    return this.#read((statements) => readSummary(statements, query));
  }

  decisions({ incident, limit }: ReaderCalls['decisions']['ask']): readonly string[] {
    return this.#read((statements) => readDecisions(statements, incident, limit));
  }

  decided(after: number): readonly DecidedRow[] {
    return this.#read((statements) => readDecided(statements, after));
  }

  checkpoint(within: ReaderCalls['checkpoint']['ask']): Checkpoint | null {
    return this.#read((statements) => readCheckpoint(statements, this.#engine, within));
  }

  close(): null {
    this.#statements?.database.close();
    this.#statements = null;
    return null;
  }

  #read<Result>(work: (statements: Statements) => Result): Result {
    const statements = this.#statements;
    if (!statements) throw new LogError('io', 'the log is closed');
    return readTransaction(statements.database, () => work(statements));
  }
}
