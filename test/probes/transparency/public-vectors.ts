import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../../../shared/vectors');

/**
 * The folder of public test vectors beside the checkout, or undefined where there is none; then it says so,
 * because tests that are not run should not look like tests that passed.
 */
export function publicVectors(name: string): string | undefined {
  const folder = join(FOLDER, name);
  if (existsSync(folder)) return folder;
  console.log(`public vectors "${name}" are not beside this checkout: tests that use them are skipped`);
  return undefined;
}

/** Every file below a folder whose name ends so, in a fixed order. */
export function filesBelow(folder: string | undefined, ending: string): readonly string[] {
  if (folder === undefined) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}
