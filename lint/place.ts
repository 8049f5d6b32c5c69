import path from 'node:path';

/** Where a source file stands in the house. */
export interface Place {
  /** The folder that holds the rooms, with slashes. */
  readonly house: string;
  /** The room's folder name; undefined for a file directly in the house. */
  readonly room: string | undefined;
}

/**
 * The place of a file, or undefined where it lies in no house: tests, scripts and benchmarks may import
 * anything. The last `src` on the path counts, so that a fixture can build a house of its own.
 */
export function placeOf(filename: string): Place | undefined {
  const parts = path.resolve(filename).split(path.sep);
  const at = parts.lastIndexOf('src');
  if (at === -1 || parts.includes('node_modules')) return undefined;
  return { house: parts.slice(0, at + 1).join('/'), room: at + 2 < parts.length ? parts[at + 1] : undefined };
}
