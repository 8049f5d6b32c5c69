import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSummary } from '../../../src/probes/ping/summary.ts';

test.each([
  [
    'iputils',
    '3 packets transmitted, 3 received, 0% packet loss, time 402ms\nrtt min/avg/max/mdev = 0.020/0.031/0.042/0.008 ms\n',
    { sent: 3, received: 3, rttMs: { min: 0.02, average: 0.031, max: 0.042 } },
  ],
  [
    'busybox',
    '2 packets transmitted, 2 packets received, 0% packet loss\nround-trip min/avg/max = 0.05/0.06/0.07 ms\n',
    { sent: 2, received: 2, rttMs: { min: 0.05, average: 0.06, max: 0.07 } },
  ],
  ['silence', '3 packets transmitted, 0 received, 100% packet loss, time 2047ms\n', { sent: 3, received: 0 }],
])('the summary of %s is read', (_who, stdout, expected) => {
  expect(parseSummary(stdout)).toEqual(expected);
});

test('any output has a summary or none', () => {
  const words = fc.constantFrom('packets transmitted,', 'received', 'rtt', '1', ' ', '\n', '/', '=');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((all) => all.join('')),
      ),
      (stdout) => {
        const summary = parseSummary(stdout);
        expect(summary === undefined || Number.isInteger(summary.received)).toBe(true);
      },
    ),
  );
});
