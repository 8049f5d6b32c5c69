/**
 * A daemon's stand-in for the crash test: commits numbered batches as fast as it can and says so, until it is
 * killed. Each batch puts a notification into the outbox and ends the delivery of the one before last.
 *
 *   node committing-child.ts FOLDER
 */
import { argv, stdout } from 'node:process';
import { openLog } from '../../src/log/open-log.ts';
import { commitOf, ENGINE, failingRun, outboxItem, range, run, sentEntry } from './samples.ts';

const BATCH = 60;

const log = await openLog({ path: argv[2] ?? '', engine: ENGINE });
stdout.write('open\n');
let { lastN } = log.recovered;
let undelivered = log.recovered.outbox.map(({ effect }) => effect.id);
for (;;) {
  const first = lastN + 1;
  const last = lastN + BATCH;
  const done = undelivered.length > 1 ? undelivered[0] : undefined;
  const put = outboxItem(first);
  const entries = range(first, last).map((n) => {
    if (n === last && done !== undefined) return sentEntry(n, done);
    return n % 50 === 0 ? failingRun(n, `kv/read-${n % 7}`) : run(n, `kv/read-${n % 7}`);
  });
  const outboxDone = done === undefined ? [] : [done];
  await log.commit(commitOf(entries, { outboxPut: [put], outboxDone }));
  stdout.write(`${last}\n`);
  lastN = last;
  undelivered = [...undelivered.filter((id) => id !== done), put.effect.id];
}
