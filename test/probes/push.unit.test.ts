import { expect, test } from 'vitest';
import { push } from '../../src/probes/push.ts';

const options = push.schema.parse({});
const judged = (body: unknown) => {
  const measured = push.receive?.(body, options, 1000);
  return measured && push.judge(measured, options);
};

test('a pass passes, and what was measured is there for assertions', () => {
  expect(judged({ outcome: 'pass', measured: { rows: 3 } })).toMatchObject({
    outcome: 'pass',
    steps: [{ name: 'result', outcome: 'pass' }],
    variables: { json: { rows: 3 } },
  });
});

test('a failure fails as the class that was pushed, in the words that were pushed', () => {
  expect(judged({ outcome: 'fail', class: 'freshness.stalled', message: 'backlog of 3 h\u202e' })).toMatchObject({
    outcome: 'fail',
    class: 'freshness.stalled',
    message: 'pushed: fail: backlog of 3 h\\u{202e}',
  });
});

test('a failure without a class is a matter of the service', () => {
  expect(judged({ outcome: 'fail' })).toMatchObject({ outcome: 'fail', class: 'semantic.assertion' });
});

test('who could not tell is unknown, never down', () => {
  expect(judged({ outcome: 'unknown', message: 'no route' })).toMatchObject({
    outcome: 'unknown',
    class: 'probe.misconfigured',
    message: 'pushed: unknown: no route',
  });
});

test.each([
  ['no outcome', {}, 'outcome'],
  ['nothing', null, 'the result'],
  ['an outcome that does not exist', { outcome: 'down' }, 'outcome'],
  ['a pass with a class', { outcome: 'pass', class: 'http.5xx' }, 'class'],
  ["a failure by the monitor's own fault", { outcome: 'fail', class: 'probe.network' }, 'class'],
  ['more than anybody may push', { outcome: 'pass', measured: { log: 'x'.repeat(20_000) } }, 'measured'],
])('%s is refused, and what is wrong with it is named', (_what, body, named) => {
  expect(() => push.receive?.(body, options, 1000)).toThrow(named);
});
