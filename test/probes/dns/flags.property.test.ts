import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagsOf, flagsQuery } from '../../../src/probes/net/dns-flags.ts';

const query = flagsQuery('www.signed.test', 'A', 0x12_34);

/** The question sent back with these flags. */
function answering(flags: number, change: (answer: Buffer) => void = () => undefined): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(flags, 2);
  change(answer);
  return answer;
}

describe('the header of an answer', () => {
  test('says whether the server vouches for it', () => {
    expect(flagsOf(answering(0x81_a0), query)).toEqual({ authenticated: true });
    expect(flagsOf(answering(0x81_80), query)).toEqual({ authenticated: false });
  });

  test.each([
    ['is a question itself', answering(0x01_20)],
    ['has another id', answering(0x81_a0, (answer) => answer.writeUInt16BE(1, 0))],
    ['is about another name', answering(0x81_a0, (answer) => answer.writeUInt8(0x78, 13))],
    ['is cut short', answering(0x81_a0).subarray(0, 20)],
  ])('counts for nothing where it %s', (_rule, answer) => {
    expect(flagsOf(answer, query)).toBeUndefined();
  });

  test('is read the same in other capitals', () => {
    expect(
      flagsOf(
        answering(0x81_a0, (answer) => answer.write('WWW', 13)),
        query,
      ),
    ).toEqual({ authenticated: true });
  });

  test('is never an exception, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        for (const answer of [Buffer.from(bytes), Buffer.concat([answering(0x81_a0), Buffer.from(bytes)])]) {
          expect([undefined, true, false]).toContain(flagsOf(answer, query)?.authenticated);
        }
      }),
    );
  });
});
