/**
 * Records the examples' logs anew: `node test/golden/record.ts`. Only after an engine change that is meant to alter
 * decisions, and with a line in the changelog that says so: `golden.integration.test.ts` fails until then.
 */
import { rm } from 'node:fs/promises';
import { openHistory } from '../../src/app/replay/history.ts';
import { writeWindow } from '../../src/app/window/write-window.ts';
import { recordHistory } from '../app/support/record-history.ts';
import { temporaryFolder } from '../log/temporary-folder.ts';
import { exampleFile, HISTORIES } from './histories.ts';

for (const [name, entries] of Object.entries(HISTORIES)) {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, await entries());
  await using history = await openHistory(folder.path);
  const file = exampleFile(`${name}.ndjson.gz`);
  await rm(file, { force: true });
  const written = await writeWindow(history, {}, file);
  console.log(`${name}: ${String(written.entries)} entries`);
}
