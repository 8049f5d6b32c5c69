import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultOf } from '../../src/probes/dns/expectations.ts';
import { RECORD_TYPES } from '../../src/probes/net/dns-query.ts';
import { dns } from '../../src/probes/dns.ts';
import { decodedMessage } from '../../src/probes/grpc/status.ts';
import { heartbeat } from '../../src/probes/heartbeat.ts';
import { keepBody } from '../../src/probes/http/body.ts';
import { maskFor } from '../../src/probes/net/mask.ts';
import { nextHop } from '../../src/probes/net/redirects.ts';
import { retryAfterMs } from '../../src/probes/net/retry-after.ts';
import { startTls, STARTTLS } from '../../src/probes/net/starttls.ts';
import { openConnection } from '../../src/probes/net/connection.ts';
import { parseTargetJson } from '../../src/probes/net/parse-json.ts';
import { push } from '../../src/probes/push.ts';
import { parseSignedNote } from '../../src/probes/transparency/signed-note.ts';
import { counterIn } from '../../src/probes/workers-kv/canary.ts';
import { tcpTarget } from '../servers/target-server.ts';
import { runContext } from './run-context.ts';

/** Bytes as a hostile server sends them: anything, or a little of a protocol and then anything. */
const bytes = (...beginnings: readonly string[]) =>
  fc
    .tuple(fc.constantFrom('', ...beginnings), fc.uint8Array({ maxLength: 300 }))
    .map(([beginning, rest]) => Buffer.concat([Buffer.from(beginning, 'latin1'), rest]));
const text = (...beginnings: readonly string[]) => bytes(...beginnings).map((sent) => sent.toString('utf8'));

describe('whatever a server sends, what reads it gives a bounded answer and throws nothing', () => {
  test('retry-after', () => {
    fc.assert(
      fc.property(text('1', '99999999999', 'Wed, 21 Oct 2026 07:28:00 GMT'), fc.nat(), (header, now) => {
        const waitMs = retryAfterMs(header, now) ?? 0;
        expect(waitMs >= 0 && waitMs <= 300_000).toBe(true);
      }),
    );
  });

  test('location: never to another host with our credentials, and never to something that is no web address', () => {
    const request = {
      url: 'https://shop.example/a',
      headers: { authorization: 'Bearer t' },
      follow: 'any' as const,
      maxBytes: 1,
    };
    const places = text('/', '//', 'https://', 'https://shop.example@', 'javascript:', 'http://[', '?', '\\\\');
    fc.assert(
      fc.property(places, fc.constantFrom(301, 302, 303, 307, 308), (location, status) => {
        const answer = { url: request.url, status, headers: { location }, redirects: [], addresses: [], cname: [] };
        const next = nextHop(request, { ...answer, truncated: false, phases: {} }, new Set());
        if (next === undefined || 'stopped' in next) return;
        const to = new URL(next.request.url);
        expect(['http:', 'https:']).toContain(to.protocol);
        expect('authorization' in (next.request.headers ?? {})).toBe(to.origin === 'https://shop.example');
      }),
    );
  });

  test('grpc-message', () => {
    fc.assert(
      fc.property(text('%', '%E2%82', '%41'), (given) => {
        expect(decodedMessage(given).length).toBeLessThanOrEqual(given.length);
      }),
    );
  });

  test('the body of an answer: what is kept of it is short', () => {
    const expectation = { contains: ['ok'], matches: ['^a+$'], json: { '$.a[0]': 1 } };
    const mask = maskFor({});
    fc.assert(
      fc.property(bytes('{"a":[', '[[[[', 'ok', '<html>'), fc.integer({ min: 1, max: 300 }), (body, times) => {
        const long = Buffer.concat(Array.from({ length: times }, () => body));
        const kept = keepBody(long, expectation, mask);
        expect(kept.length).toBe(long.length);
        expect(JSON.stringify(kept).length).toBeLessThan(500_000);
      }),
      { numRuns: 50 },
    );
  });

  test('JSON: anything but what it holds is an error, however deep it is', () => {
    fc.assert(
      fc.property(text('{', '[', '"', '{"__proto__":'), (given) => {
        expect(['value', 'error']).toContain(parsed(given));
      }),
    );
    expect(() => parseTargetJson('['.repeat(1_000_000))).toThrow(Error);
  });

  test('answers of a name server, of whatever type was asked for', () => {
    const wishes = [
      { answers: ['10.0.0.1'] },
      { within: ['10.0.0.0/8'] },
      { serialNewerThan: 7 },
      { cname: ['a.b'] },
      {},
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...RECORD_TYPES),
        fc.array(text('10.2.0.1', '::', '1.2.3.4/'), { maxLength: 5 }),
        fc.constantFrom(...wishes),
        (type, answers, wish) => {
          const parsed = dns.schema.safeParse({ name: 'a.test', type, resolver: '127.0.0.1', expect: wish });
          if (!parsed.success) return;
          const reply = { kind: 'reply', rcode: 'NOERROR', answers } as const;
          const fault = faultOf({ server: 'x', ms: 1, reply, cname: answers }, parsed.data);
          expect((fault?.got ?? '').length).toBeLessThan(3_000);
        },
      ),
    );
  });

  test('a signed note and a counter', () => {
    fc.assert(
      fc.property(text('a\n\n\u2014 b c\n', '\n\n\u2014 ', '12'), (given) => {
        expect(typeof parseSignedNote(given).ok).toBe('boolean');
        expect(Number.isSafeInteger(counterIn(given) ?? 0)).toBe(true);
      }),
    );
  });

  test('what is pushed to us: taken, or refused in words', () => {
    const beat = heartbeat.schema.parse({});
    const result = push.schema.parse({});
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ outcome: fc.constantFrom('pass', 'fail', 'x') })), (body) => {
        const measured = heartbeat.receive?.(body, beat, 0);
        expect(['pass', 'fail', 'not measured']).toContain(
          measured === undefined ? 'not measured' : heartbeat.judge(measured, beat).outcome,
        );
        expect(pushedOutcome(body, result)).toMatch(/^(?:pass|fail|unknown|not measured|refused)$/);
      }),
    );
  });

  test.each(STARTTLS)('%s before it is asked for TLS', async (protocol) => {
    const sent = bytes('220 a\r\n', '220-a\r\n', '* OK a\r\n', '250-STARTTLS\r\n', 'S', 'a1 OK\r\n');
    await fc.assert(
      fc.asyncProperty(sent, async (answer) => {
        await using server = await tcpTarget((socket) => socket.end(answer));
        const context = runContext({ timeoutMs: 5_000 });
        const target = { address: '127.0.0.1', port: server.port, host: 'mail.test' };
        const { socket } = await openConnection(target, context);
        if (socket === undefined) throw new Error('a server on loopback could not be reached');
        const refused = await startTls(socket, protocol, 'mail.test', context);
        socket.destroy();
        expect((refused?.message ?? '').length).toBeLessThan(1_000);
      }),
      { numRuns: 20 },
    );
  });
});

/** Whether a text was JSON; throws what is no error. */
function parsed(given: string): 'value' | 'error' {
  try {
    return parseTargetJson(given) === undefined ? 'error' : 'value';
  } catch (error) {
    if (error instanceof Error) return 'error';
    throw error;
  }
}

/** What a pushed body comes to: an outcome, or that it was refused in words. Throws what is no refusal. */
function pushedOutcome(body: unknown, options: ReturnType<typeof push.schema.parse>): string {
  try {
    const pushed = push.receive?.(body, options, 0);
    return pushed === undefined ? 'not measured' : push.judge(pushed, options).outcome;
  } catch (error) {
    if (error instanceof TypeError) return 'refused';
    throw error;
  }
}
