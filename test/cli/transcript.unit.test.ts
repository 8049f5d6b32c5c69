import { expect, test } from 'vitest';
import type { ProbedOnce } from '../../src/app/probe-once.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { transcript } from '../../src/cli/transcript.ts';
import type { CapabilityId, ProbeId } from '../../src/model/ids.ts';

const terminal = { colour: false, columns: 80, env: {}, folder: '/', out: () => {}, err: () => {} } satisfies Terminal;

const failed: ProbedOnce = {
  probe: 'rekor/log' as ProbeId,
  startedAt: 0,
  durationMs: 132.7,
  measured: {
    facts: { addresses: ['10.0.0.1', '10.0.0.2'], version: '1.3.6' },
    address: '10.0.0.1',
    phases: { dns: 1 },
  },
  judged: {
    outcome: 'fail',
    class: 'identity.key_mismatch',
    message:
      'GET https://rekor.corp.example/api/v1/log: signed by 1b2c, which is not among the pinned keys 9f0e and 77aa',
    steps: [
      { name: 'ping', kind: 'reach', outcome: 'pass', ms: 3.25 },
      {
        name: 'identity',
        kind: 'read',
        outcome: 'fail',
        ms: 9,
        expected: '9f0e or 77aa',
        got: `1b2c ${'word '.repeat(29)}word`,
      },
      { name: 'canary entry', kind: 'read', outcome: 'skipped', ms: 0 },
    ],
    evidence: { step: 'identity', status: 200, body: 'see \u001b[31m' },
    warnings: [{ class: 'tls.expiring', message: 'ends in 3 days' }],
    proven: [],
    against: ['rekor.append' as CapabilityId, 'rekor.lookup' as CapabilityId],
  },
};

test('a failure says why, what was compared with what, and whom it counts against', () => {
  expect(transcript(terminal, failed)).toBe(`■ fail  rekor/log  132.7 ms  10.0.0.1
  identity.key_mismatch: GET https://rekor.corp.example/api/v1/log: signed by
    1b2c, which is not among the pinned keys 9f0e and 77aa
  ✓ ping (reach, 3.3 ms)
  ✗ identity (read, 9.0 ms)
      expected  9f0e or 77aa
      got       1b2c ${'word '.repeat(11)}word
                ${'word '.repeat(12)}word
                ${'word '.repeat(4)}word
  – canary entry (read, not tried)
  against rekor.append, rekor.lookup
  phases  dns 1.0 ms
  fact    addresses = 10.0.0.1, 10.0.0.2
  fact    version = 1.3.6
  saw     status = 200
  saw     body = see \\u{1b}[31m
  warning tls.expiring: ends in 3 days
`);
});

test('what a target says cannot steer the terminal', () => {
  const told = transcript(terminal, {
    ...failed,
    measured: { facts: { version: '\u001b[2J\u202e1.3' } },
    judged: { ...failed.judged, message: 'got \u001b]0;title\u0007', steps: [] },
  });
  expect(told).toContain('version = \\u{1b}[2J\\u{202e}1.3');
  expect(told).not.toContain('\u001b');
});

test('a word that is longer than a line stays whole, so that it can be copied', () => {
  const url = `https://kv.example/${'a'.repeat(100)}`;
  const told = transcript(terminal, { ...failed, judged: { ...failed.judged, message: `GET ${url}: no answer` } });
  expect(told.split('\n')).toContain(`    ${url}:`);
});

test('no line is longer than the terminal otherwise', () => {
  for (const columns of [50, 80, 120]) {
    const lines = transcript({ ...terminal, columns }, failed).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  }
});
