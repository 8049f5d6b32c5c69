import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { referencePages } from './reference/pages.ts';

/*
 * Writes the generated sections of docs/configuration.md, docs/probes.md and docs/api.md from schemas, kinds and routes:
 *
 *   npx node scripts/write-reference.ts
 *
 * A test compares them (test/docs). What stands outside of the marked sections is written by hand and kept.
 */
const root = path.resolve(import.meta.dirname, '..');
for (const page of await referencePages()) {
  await writeFile(path.join(root, page.path), page.text);
  console.log(`wrote ${page.path}`);
}
