import { pino } from 'pino';
import type { Logger } from 'pino';
import { readableLine } from './readable-line.ts';

/** Where log lines go, and for whom: a person at a terminal, or a program (JSON). */
export interface LoggerOptions {
  readonly write: (line: string) => void;
  readonly readable: boolean;
  readonly colour?: boolean;
  /** `info` where absent. */
  readonly level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

/** The daemon's own log. One JSON object a line (`time` ISO 8601, `level` a word), or a readable line. */
export function createLogger({ write, readable, colour = false, level = 'info' }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: readable ? (line: string) => write(readableLine(line, colour)) : write },
  );
}
