import { describe, expect, test } from 'vitest';
import { keptMeasured, recallMeasured } from '../../src/core/judge/kept-measured.ts';
import type { Measured } from '../../src/model/run.ts';
import { http } from '../../src/probes/http.ts';
import { makeObservation } from '../daemon/support/makers.ts';
import { httpTarget } from '../servers/target-server.ts';
import { runContext } from './run-context.ts';

const BODY = JSON.stringify({ status: 'ok', shards: Array.from({ length: 12 }, (_, index) => ({ index, up: true })) });

/** An ordinary passing run against a real server, as the log keeps it; `steady`: its texts are not new every time. */
async function kept(steady: boolean) {
  await using server = await httpTarget((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json', 'x-build': '7' }).end(BODY),
  );
  const url = `http://${server.at}/health`;
  const options = http.schema.parse({ url });
  const context = runContext();
  const measured: Measured = await http.run(options, context);
  const own = keptMeasured(measured, context.startedAt, () => steady);
  const { phases, address, facts } = measured;
  const fact = makeObservation({
    startedAt: context.startedAt,
    facts,
    ...(own && { measured: own }),
    ...(phases && { phases }),
    ...(address !== undefined && { address }),
  });
  const observation = JSON.parse(JSON.stringify(fact)) as typeof fact;
  /** What the run amounts to under other expectations. */
  const under = (expectation: object) => {
    const recalled = recallMeasured(observation);
    const rules = http.schema.parse({ url, expect: expectation });
    try {
      const { outcome, class: failureClass } = http.judge(recalled.measured as never, rules);
      return { missed: recalled.missed(), outcome, class: failureClass };
    } catch {
      return { missed: recalled.missed() };
    }
  };
  return { under };
}

describe('a passing run is judged again', () => {
  test.each<[string, object, string | undefined]>([
    ['as it was judged', {}, undefined],
    ['by another status', { status: 204 }, 'semantic.wrong_value'],
    ['by a header', { headers: { 'x-build': '8' } }, 'semantic.wrong_value'],
    ['by a hash', { sha256: '0'.repeat(64) }, 'integrity.digest_mismatch'],
    ['by its latency', { maxLatency: '1h' }, undefined],
    ['by its body', { json: { '$.status': 'degraded' } }, 'semantic.wrong_value'],
  ])('%s', async (_rule, expectation, expected) => {
    const { under } = await kept(true);
    const outcome = expected === undefined ? 'pass' : 'fail';
    expect(under(expectation)).toEqual({ missed: undefined, outcome, class: expected });
  });

  test('and says so where its body was not kept and the new rules ask for it, and only then', async () => {
    const { under } = await kept(false);
    expect(under({ status: 204 })).toMatchObject({ missed: undefined, outcome: 'fail' });
    expect(under({ sha256: '0'.repeat(64) }).missed).toBe('/attempts/0/body/sha256');
    expect(under({ contains: 'shards' }).missed).toBe('/attempts/0/body/text');
  });
});
