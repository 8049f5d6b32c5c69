import type { Diagnostic, Place } from '../model/configuration.ts';
import { LIMITS } from './limits.ts';

/** What is told about one mistake; `help` is one sentence: what to do. */
export interface Told {
  readonly code: string;
  readonly place: Place;
  readonly subject?: string;
  readonly message: string;
  readonly help?: string | undefined;
}

const LOSING_TEXT: ReadonlySet<string> = new Set(['config/limit', 'config/unreadable-file', 'config/key']);

/** Collects every mistake and finding of one load, bounded, and gives them in the order of their places. */
export class Mistakes {
  readonly #list: Diagnostic[] = [];
  #errors = 0;
  #unreported = 0;
  #textLost = false;

  /** Makes the configuration invalid. */
  error(told: Told): void {
    this.#errors += 1;
    if (told.code.startsWith('syntax/') || LOSING_TEXT.has(told.code)) this.#textLost = true;
    this.#add('error', told);
  }

  /** Worth saying, and no reason to refuse. */
  finding(severity: 'error' | 'warning' | 'info', told: Told): void {
    this.#add(severity, told);
  }

  /** How many mistakes make the configuration invalid so far. */
  get errors(): number {
    return this.#errors;
  }

  /** Whether part of the text could not be understood at all: what looks unknown elsewhere may stand in there. */
  get textLost(): boolean {
    return this.#textLost;
  }

  /** Everything so far by file, line and column; the same mistake at the same place only once. */
  inOrder(): readonly Diagnostic[] {
    const seen = new Set<string>();
    const list = this.#list
      .filter((d) => {
        const key = `${d.code}\0${d.message}\0${d.place?.file}\0${d.place?.line}\0${d.place?.column}`;
        return seen.has(key) ? false : seen.add(key);
      })
      .sort(byPlace);
    if (this.#unreported > 0) {
      list.push({
        code: 'config/too-many',
        severity: 'error',
        subject: '',
        message: `${this.#unreported} more mistakes are not shown`,
        help: 'mend the ones above first',
      });
    }
    return list;
  }

  #add(severity: Diagnostic['severity'], { subject = '', help, ...told }: Told): void {
    if (this.#list.length >= LIMITS.diagnostics) this.#unreported += 1;
    else this.#list.push({ ...told, severity, subject, ...(help === undefined ? {} : { help }) });
  }
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const [p, q] = [a.place, b.place];
  if (p === undefined || q === undefined) return (p === undefined ? 0 : 1) - (q === undefined ? 0 : 1);
  return compareText(p.file, q.file) || p.line - q.line || p.column - q.column || compareText(a.code, b.code);
}

/** Code-unit order: the same on every machine, unlike a locale's. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
