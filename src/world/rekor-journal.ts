import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { member, parseJson } from './read-json.ts';
import type { LogRecord } from './rekor-log.ts';
import { WorldError } from './world-error.ts';

/** A log's entries in a file, one JSON record a line, oldest first. */
export interface Journal extends AsyncDisposable {
  /** What the file held when it was opened. */
  readonly records: readonly LogRecord[];
  /** Adds a record; resolves once the operating system has it. */
  append(record: LogRecord): Promise<void>;
}

/**
 * Opens the journal at `path`, or begins it with `first`. A last line without its end is what a killed
 * process was writing when it died: nobody was told of that entry, so it is dropped. Anything else that does
 * not read rejects with a `WorldError` of code `bad-file`.
 */
export async function openJournal(path: string, first: () => readonly LogRecord[]): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = await readFile(path, 'utf8').catch(absent);
  const end = text.lastIndexOf('\n') + 1;
  if (end < text.length) await truncate(path, Buffer.byteLength(text.slice(0, end)));
  const kept = text
    .slice(0, end)
    .split('\n')
    .slice(0, -1)
    .map((line, index) => readLine(line, path, index + 1));
  const file = await open(path, 'a', 0o600);
  let tail: Promise<unknown> = Promise.resolve();
  const append = (record: LogRecord): Promise<void> => {
    const written = tail.then(() => file.appendFile(`${JSON.stringify(record)}\n`));
    tail = written.catch(() => undefined);
    return written;
  };
  const records = kept.length > 0 ? kept : first();
  if (kept.length === 0) for (const record of records) await append(record);
  return {
    records,
    append,
    [Symbol.asyncDispose]: async () => {
      await tail;
      await file.close();
    },
  };
}

function readLine(line: string, path: string, number: number): LogRecord {
  const value = parseJson(Buffer.from(line));
  const body = member(value, 'body');
  const integratedTime = member(value, 'integratedTime');
  if (typeof body !== 'string' || typeof integratedTime !== 'number')
    throw new WorldError('bad-file', `${path}:${number} is no log entry; delete the file to begin a new log`);
  return { body, integratedTime };
}

function absent(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
  throw error;
}
