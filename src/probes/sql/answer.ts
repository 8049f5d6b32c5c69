import type { Json } from '../../model/run.ts';
import type { Answer } from '../dialogue/question.ts';

/** What is asked of a server. Values never stand in the text of a statement. */
export type SqlAsked =
  | { readonly kind: 'login' }
  /** One of our own statements, committed by itself. */
  | { readonly kind: 'statement'; readonly sql: string; readonly values: readonly string[] }
  /** The configured query, alone in a transaction that can only read. */
  | { readonly kind: 'query'; readonly sql: string };

/** What came back: rows, or the server's own error. */
export interface SqlAnswer extends Answer {
  readonly columns?: readonly string[];
  /** At most `MAX_ROWS`; numbers and booleans where JSON has them, everything else as text. */
  readonly rows?: readonly (readonly Json[])[];
  /** How many there were. */
  readonly rowCount?: number;
  /** The values that were sent, for comparing what is read back. */
  readonly sent?: readonly string[];
  /** `code`: SQLSTATE, or MySQL's error number. */
  readonly error?: { readonly code: string; readonly message: string };
}

const MAX_ROWS = 5;
const MAX_COLUMNS = 80;
const MAX_TEXT = 500;

/** The part of a result that is kept. */
export function keptResult(columns: readonly string[], rows: readonly (readonly unknown[])[]) {
  return {
    columns: columns.slice(0, MAX_COLUMNS).map((name) => name.slice(0, 100)),
    rows: rows.slice(0, MAX_ROWS).map((row) => row.slice(0, MAX_COLUMNS).map(keptValue)),
    rowCount: rows.length,
  };
}

function keptValue(value: unknown): Json {
  if (typeof value === 'boolean' || value === null || value === undefined) return value ?? null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  return Buffer.isBuffer(value) ? value.subarray(0, MAX_TEXT / 2).toString('hex') : typeof value;
}

/** Digits that a double keeps of any decimal number (IEEE 754, DBL_DIG). */
const EXACT_DIGITS = 15;

/** Text as a number where no digit is lost by it; as it is where one would be. */
export function exactNumber(text: string): number | string {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) return text;
  if (Number.isInteger(number)) return Number.isSafeInteger(number) ? number : text;
  return text.replace(/e.*$/i, '').replace(/\D/g, '').length > EXACT_DIGITS ? text : number;
}

/** The first column of the first row; undefined where there is none. */
export function firstValue({ rows }: SqlAnswer): Json | undefined {
  return rows?.[0]?.[0];
}

/** The first row's column of this name, without regard to case. */
export function columnOf({ columns, rows }: SqlAnswer, name: string): Json | undefined {
  const at = columns?.findIndex((column) => column.toLowerCase() === name) ?? -1;
  return at < 0 ? undefined : rows?.[0]?.[at];
}
