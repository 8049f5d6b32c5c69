import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Measured } from '../../../src/model/run.ts';
import type { ProbeKind } from '../../../src/ports/probe-kind.ts';
import { mysql } from '../../../src/probes/mysql.ts';
import { postgres } from '../../../src/probes/postgres.ts';
import { tcpTarget } from '../../servers/target-server.ts';
import { probe } from '../run-context.ts';

/** A message as it begins, so that the library's own parser gets to see what follows. */
const POSTGRES_LOGIN = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1');
const MYSQL_GREETING = Buffer.concat([
  Buffer.from([0x4a, 0, 0, 0, 0x0a]),
  Buffer.from('8.0.0\0\x01\0\0\0abcdefgh\0\xff\xf7\x08\x02\0\xff\xc1\x15', 'latin1'),
  Buffer.alloc(10),
  Buffer.from('ijklmnopqrst\0mysql_native_password\0', 'latin1'),
]);

const letters = fc.constantFrom(...'RSKZTDCEN123IAGHWndcstVvX'.split('').map((letter) => letter.charCodeAt(0)));
const message = fc
  .tuple(letters, fc.uint8Array({ maxLength: 40 }))
  .map(([letter, body]) => Buffer.concat([Buffer.from([letter, 0, 0, 0, body.length + 4]), body]));
const packet = fc
  .tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 0, max: 4 }))
  .map(([body, sequence]) => Buffer.concat([Buffer.from([body.length, 0, 0, sequence]), body]));

const outcomeOf = async <O, M extends Measured>(kind: ProbeKind<O, M>, scheme: string, sent: Buffer) => {
  await using server = await tcpTarget((socket) => {
    socket.resume();
    socket.end(sent);
  });
  const { judgement } = await probe(kind, { url: `${scheme}://user:word@${server.at}/db`, write: true });
  return judgement;
};

describe('bytes that nobody should send', () => {
  test('to a PostgreSQL client end in a failure, never in an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(message, { maxLength: 8 }), async (loggedIn, messages) => {
        const sent = Buffer.concat([...(loggedIn ? [POSTGRES_LOGIN] : []), ...messages]);
        expect((await outcomeOf(postgres, 'postgres', sent)).outcome).toBe('fail');
      }),
      { numRuns: 600 },
    );
  });

  test('to a MySQL client end in a failure, never in an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(packet, { maxLength: 8 }), async (greeted, packets) => {
        const sent = Buffer.concat([...(greeted ? [MYSQL_GREETING] : []), ...packets]);
        expect((await outcomeOf(mysql, 'mysql', sent)).outcome).toBe('fail');
      }),
      { numRuns: 600 },
    );
  });
});
