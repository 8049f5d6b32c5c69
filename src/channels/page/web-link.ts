import { printable } from '../../ports/printable.ts';

/** An address worth linking: http or https, printable, bounded; undefined for anything else (a hostile scheme). */
export function webLink(url: string | null): string | undefined {
  const text = printable((url ?? '').trim(), 500);
  return /^https?:\/\/[^\s\\…]+$/.test(text) ? text : undefined;
}
