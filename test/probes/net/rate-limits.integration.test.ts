import { describe, expect, test } from 'vitest';
import type { RunContext } from '../../../src/ports/probe-kind.ts';
import { PROBE_KINDS } from '../../../src/probes/index.ts';
import { PROBE_SUBJECTS } from '../../contract/probe-subjects.ts';
import { httpTarget } from '../../servers/target-server.ts';
import { runContext } from '../run-context.ts';

const KINDS = ['consul', 'etcd', 'flow', 'fulcio', 'http', 'oci', 'prometheus', 'rekor', 'tuf', 'workers-kv'];
const START = 1_800_000_000_000;

/** A daemon with one probe of a server that always answers so. */
async function watching(kindName: string, status: number, headers: Record<string, string>, more: object = {}) {
  let asked = 0;
  const server = await httpTarget((_request, response) => {
    asked += 1;
    response.writeHead(status, headers).end('slow down');
  });
  const kind = PROBE_KINDS.find(({ name }) => name === kindName);
  if (kind === undefined) throw new Error(`there is no kind ${kindName}`);
  const options = kind.schema.parse({ ...PROBE_SUBJECTS[kindName]?.at?.(server.port), ...more });
  let restUntil = 0;
  return {
    asked: () => asked,
    restUntil: () => restUntil,
    async runAt(startedAt: number) {
      const rest: RunContext['rest'] = (untilMs) => void (restUntil = untilMs);
      const context = { ...runContext({ startedAt }), rest, ...(restUntil > startedAt && { restUntil }) };
      return kind.judge(await kind.run(options, context), options);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe.each(KINDS)('%s', (kind) => {
  test('asks nothing before the time that a rate limit wished, and says so; then it asks again', async () => {
    await using world = await watching(kind, 429, { 'retry-after': '60' });
    expect(await world.runAt(START)).toMatchObject({ outcome: 'fail', class: 'quota.rate_limited' });
    const asked = world.asked();
    expect(asked).toBeGreaterThan(0);
    expect(world.restUntil()).toBeGreaterThanOrEqual(START + 60_000);

    const resting = await world.runAt(START + 30_000);
    expect(resting).toMatchObject({ outcome: 'fail', class: 'quota.rate_limited' });
    expect(resting.message).toMatch(/not asked before \S+Z,? as it/);
    expect(world.asked(), 'requests while it rests').toBe(asked);

    await world.runAt(START + 120_000);
    expect(world.asked()).toBeGreaterThan(asked);
  });

  test('goes on to look at a server that is down, whenever that one would like to be asked again', async () => {
    await using world = await watching(kind, 503, { 'retry-after': '60' });
    const { class: failureClass, message } = await world.runAt(START);
    expect(failureClass).toBe('http.5xx');
    expect(message, 'what the server said of itself').toContain('slow down');
    expect(world.restUntil()).toBe(0);
  });
});

test('a probe that wants to see a rate limit at work goes on asking', async () => {
  await using world = await watching('http', 429, { 'retry-after': '60' }, { expect: { status: 429 } });
  expect(await world.runAt(START)).toMatchObject({ outcome: 'pass' });
  expect(world.restUntil()).toBe(0);
});

test.each(['soon', '0', '-1'])('a wish that says no time is none: %s', async (wish) => {
  await using world = await watching('prometheus', 429, { 'retry-after': wish });
  expect(await world.runAt(START)).toMatchObject({ class: 'quota.rate_limited' });
  expect(world.restUntil()).toBe(0);
});
