import { expect, test } from 'vitest';
import { heartbeat } from '../../src/probes/heartbeat.ts';

const options = heartbeat.schema.parse({});
const received = (body: unknown) => heartbeat.receive?.(body, options, 1_000);

test('a sign of life without a body passes', () => {
  const measured = received(undefined);
  expect(measured).toEqual({ facts: {}, receivedAt: 1_000, json: null });
  expect(measured && heartbeat.judge(measured, options)).toMatchObject({ outcome: 'pass', variables: { json: null } });
});

test('its JSON is there for assertions', () => {
  const measured = received({ bytes: 0 });
  expect(measured && heartbeat.judge(measured, options).variables).toEqual({ json: { bytes: 0 } });
});

test('a body longer than anybody may push is refused and not kept', () => {
  const measured = received({ log: 'x'.repeat(20_000) });
  expect(JSON.stringify(measured).length).toBeLessThan(200);
  expect(measured && heartbeat.judge(measured, options)).toMatchObject({
    outcome: 'fail',
    class: 'protocol.too_large',
  });
});
