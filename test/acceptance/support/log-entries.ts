import { join } from 'node:path';
import { engine } from '../../../src/core/tocsin-engine.ts';
import { openLogReader } from '../../../src/log/open-log.ts';
import type { Entry } from '../../../src/model/entry.ts';

/** All entries on disk of a daemon that keeps its data in this folder. */
export async function entriesOf(folder: string): Promise<readonly Entry[]> {
  await using log = await openLogReader({ path: join(folder, 'data'), engine: engine.version });
  const entries: Entry[] = [];
  for await (const page of log.entriesAfter(0)) entries.push(...page);
  return entries;
}
