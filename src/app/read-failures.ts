import { emptyMemory, remember } from '../core/suggest/failure-memory.ts';
import type { FailureMemory } from '../core/suggest/failure-memory.ts';
import { engine } from '../core/tocsin-engine.ts';
import { openLogReader } from '../log/open-log.ts';

/**
 * What a data folder's log says about failures, read without disturbing a daemon that may be writing there. Rejects
 * with LogError where there is no log or it cannot be read.
 */
export async function readFailures(path: string): Promise<FailureMemory> {
  await using log = await openLogReader({ path, engine: engine.version });
  const memory = emptyMemory();
  for await (const page of log.entriesAfter(0)) for (const entry of page) remember(memory, entry);
  return memory;
}
