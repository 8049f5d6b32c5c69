import { setImmediate } from 'node:timers';
import { LogError, type Recovered } from '../../ports/log.ts';
import type { OpenWriter, PackedCommit, PackedEntries, PrunedSlice, PruneSlice } from '../calls.ts';
import { openForWriting, whatToDo } from '../database.ts';
import { toLogError } from '../failure.ts';
import { logFiles, makeFolder, type LogFiles } from '../folder.ts';
import { lockFolder, type FolderLock } from '../lock.ts';
import { checkTail, recover } from '../recover.ts';
import { Statements } from '../statements.ts';
import { transaction } from '../transaction.ts';
import { applyCommit } from './apply-commit.ts';
import { ContentStore } from './content-store.ts';
import { pruneSlice } from './prune.ts';
import { SEAL_CHARACTERS, SEAL_ENTRIES, sealJournal } from './seal.ts';

/** A journal of so many entries is sealed before the next commit, not after it. */
const OVERDUE_ENTRIES = 2 * SEAL_ENTRIES;

/** What an open writer works with. */
interface Open {
  readonly files: LogFiles;
  readonly lock: FolderLock;
  readonly statements: Statements;
  readonly contents: ContentStore;
  lastN: number;
  lastAt: number | null;
  /** What the journal holds, to know when it is due to be sealed. */
  journalEntries: number;
  journalCharacters: number;
  /** Why the last commit was refused; those queued behind it are refused for the same reason. */
  refused: LogError['code'] | null;
}

/**
 * The writing end of the log, inside its worker: takes the folder's lock, commits, and between commits seals
 * the journal and prunes.
 */
export class LogWriter {
  #open: Open | null = null;

  /** Takes the folder and opens its log. Throws LogError and then holds nothing. */
  open({ folder, engine, synchronous, maxBytes }: OpenWriter): Recovered {
    const files = logFiles(folder);
    try {
      makeFolder(files);
    } catch (error) {
      throw toLogError(error, `making the data folder ${folder}`);
    }
    const lock = lockFolder(files);
    let statements: Statements | null = null;
    try {
      statements = new Statements(openForWriting(files, { synchronous, maxBytes }));
      checkTail(statements);
      const recovered = recover(statements, engine);
      const { lastN, lastAt } = recovered;
      const contents = new ContentStore(statements);
      const journal = measureJournal(statements);
      this.#open = { files, lock, statements, contents, lastN, lastAt, ...journal, refused: null };
      this.#sealWhenDue();
      return recovered;
    } catch (error) {
      statements?.database.close();
      lock.close();
      throw explained(toLogError(error, `opening ${files.database}`), files);
    }
  }

  /** Commits in one transaction; on disk when this returns. Throws LogError and then has changed nothing. */
  commit(commit: PackedCommit): null {
    const open = this.#opened();
    const { statements, contents, files } = open;
    const { at, body } = commit.entries;
    // Commits without a pause leave no time between them: the journal must not grow for ever.
    if (open.journalEntries >= OVERDUE_ENTRIES) this.#seal();
    try {
      checkFollows(open, commit.entries);
      transaction(statements.database, () => applyCommit(statements, contents, commit));
    } catch (error) {
      contents.forget();
      const failure = explained(toLogError(error, `committing ${at.length} entries to ${files.database}`), files);
      open.refused = failure.code;
      throw failure;
    }
    open.refused = null;
    open.lastN += at.length;
    open.lastAt = at.at(-1) ?? open.lastAt;
    open.journalEntries += at.length;
    open.journalCharacters += body.reduce((sum, text) => sum + text.length, 0);
    this.#sealWhenDue();
    return null;
  }

  /** Does one bounded step of pruning. */
  prune(slice: PruneSlice): PrunedSlice {
    const { statements, contents } = this.#opened();
    // Entries leave the journal by being sealed only.
    this.#seal();
    // The contents that are deleted may be among those remembered.
    contents.forget();
    return transaction(statements.database, () => pruneSlice(statements, slice));
  }

  /** Brings everything into the one file, and gives the folder back. */
  close(): null {
    const open = this.#open;
    this.#open = null;
    if (!open) return null;
    try {
      open.statements.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // A full disk, most likely. Everything is in the write-ahead log, and the next start takes it from there.
    }
    open.statements.database.close();
    open.lock.close();
    return null;
  }

  #opened(): Open {
    if (this.#open) return this.#open;
    throw new LogError('io', 'the log is closed');
  }

  /** Seals after the answer to the commit is out; several times, with commits in between, where much is due. */
  #sealWhenDue(): void {
    if (this.#open && isSealDue(this.#open)) setImmediate(() => this.#seal());
  }

  #seal(): void {
    const open = this.#open;
    if (!open || !isSealDue(open)) return;
    const { statements, contents } = open;
    try {
      transaction(statements.database, () => sealJournal(statements, contents));
    } catch {
      // Nothing is lost: the entries are in the journal, and the next commit tries again.
      contents.forget();
      return;
    }
    Object.assign(open, measureJournal(statements));
    this.#sealWhenDue();
  }
}

function isSealDue({ journalEntries, journalCharacters }: Open): boolean {
  return journalEntries >= SEAL_ENTRIES || journalCharacters >= SEAL_CHARACTERS;
}

function measureJournal(statements: Statements): { journalEntries: number; journalCharacters: number } {
  const [journalEntries, journalCharacters] = statements
    .query<readonly [number, number]>('SELECT count(*), coalesce(sum(length(body)), 0) FROM journal')
    .get() ?? [0, 0];
  return { journalEntries, journalCharacters };
}

/** Entries count without gaps and time does not run backwards, else they are refused. */
function checkFollows({ lastN, lastAt, refused }: Open, { firstN, at }: PackedEntries): void {
  if (at.length === 0) return;
  if (firstN !== lastN + 1) {
    throw new LogError(refused ?? 'io', `entry ${firstN} does not follow ${lastN}, the last one that was committed`);
  }
  let latest = lastAt ?? Number.MIN_SAFE_INTEGER;
  for (const [index, time] of at.entries()) {
    if (time < latest) {
      throw new LogError('io', `entry ${firstN + index} is of ${time}, earlier than the one before it, ${latest}`);
    }
    latest = time;
  }
}

function explained(failure: LogError, files: LogFiles): LogError {
  if (failure.code !== 'corrupt' || failure.message.includes(whatToDo(files))) return failure;
  return new LogError('corrupt', `${failure.message}; ${whatToDo(files)}`, { cause: failure });
}
