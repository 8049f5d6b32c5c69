import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { http } from '../../src/probes/http.ts';
import { prometheus } from '../../src/probes/prometheus.ts';
import { missing } from '../servers/programs.ts';
import { startPrometheus, type Prometheus } from '../servers/prometheus.ts';
import { httpTarget } from '../servers/target-server.ts';
import { probe } from './run-context.ts';

/** Two series, 1 and 9. */
const TWO = 'label_replace(vector(1), "queue", "a", "", "") or label_replace(vector(9), "queue", "b", "", "")';

describe.skipIf(missing('prometheus').length > 0)('a real Prometheus', () => {
  let server: Prometheus;
  beforeAll(async () => {
    server = await startPrometheus();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const asking = (query: string, expectation: object = {}) =>
    probe(prometheus, { url: server.url, query, expect: expectation });

  test.each<[string, string, object, string | undefined]>([
    ['a value within bounds passes', 'vector(5)', { min: 5, max: 5 }, undefined],
    ['a scalar is a value', 'scalar(vector(5))', { min: 1 }, undefined],
    ['a value above fails', 'vector(5)', { max: 4.9 }, 'semantic.wrong_value'],
    ['a value below fails', 'vector(5)', { min: 5.1 }, 'semantic.wrong_value'],
    ['every value within bounds passes', TWO, { min: 1, max: 9 }, undefined],
    ['one of several above fails', TWO, { max: 8 }, 'semantic.wrong_value'],
    ['one of several below fails', TWO, { min: 2 }, 'semantic.wrong_value'],
    ['infinity is a value', 'vector(1) / 0', { max: 1e300 }, 'semantic.wrong_value'],
    ['no series fails', 'nothing_of_this_name', { max: 1 }, 'semantic.missing'],
    ['no series fails also without bounds', 'nothing_of_this_name', {}, 'semantic.missing'],
    ['no series passes where that is asked for', 'nothing_of_this_name', { absent: 'pass' }, undefined],
    ['0/0 is no value', 'vector(0) / 0', { max: 1 }, 'semantic.missing'],
    ['a value beside 0/0 does not hide it', `${TWO} or vector(0) / 0`, {}, 'semantic.missing'],
    ['a range is no value', 'vector(1)[1m:1s]', {}, 'semantic.unevaluable'],
    ['a text is no value', '"five"', {}, 'semantic.unevaluable'],
    ['a join that is ambiguous cannot be evaluated', `vector(1) * on () (${TWO})`, {}, 'semantic.unevaluable'],
  ])('%s', async (_rule, query, expectation, expected) => {
    const { judgement, measured } = await asking(query, expectation);
    expect(judgement.class, judgement.message).toBe(expected);
    expect(measured.ownFault).toBeUndefined();
  });

  test('names the series that is outside', async () => {
    const { judgement } = await asking(TWO, { max: 8 });
    expect(judgement.message).toContain('at most 8, got 9 for {queue="b"}');
  });

  test('gives assertions the one value, and none where there are two', async () => {
    expect((await asking('vector(5)')).judgement.variables).toEqual({ value: 5, values: [5] });
    expect((await asking(TWO)).judgement.variables).toEqual({ values: [1, 9] });
    expect((await asking('nothing', { absent: 'pass' })).judgement.variables).toEqual({ values: [] });
  });

  test('that does not understand the query leaves us not knowing', async () => {
    const { measured } = await asking('sum(');
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
  });

  test('is healthy for a shallow check while the series that matters is gone', async () => {
    expect((await probe(http, { url: `${server.url}/-/healthy` })).judgement.outcome).toBe('pass');
    expect((await asking('nothing_of_this_name', { max: 1 })).judgement.outcome).toBe('fail');
  });
});

test.skipIf(missing('prometheus').length > 0)('a Prometheus that wants a password says so', async () => {
  // bcrypt of `test`, as in Prometheus' own documentation.
  const hash = '$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay';
  await using server = await startPrometheus(`basic_auth_users: { tocsin: '${hash}' }\n`);
  const fields = { url: server.url, query: 'vector(1)' };
  expect((await probe(prometheus, fields)).judgement.class).toBe('auth.unauthorized');
  const auth = { basic: { username: 'tocsin', password: 'test' } };
  expect((await probe(prometheus, { ...fields, auth })).judgement.outcome).toBe('pass');
});

describe('what is not Prometheus', () => {
  test.each<[string, number, string, string]>([
    ['a maintenance page', 200, '<html>back soon</html>', 'protocol.malformed'],
    ['other JSON', 200, '{"status":"success"}', 'protocol.malformed'],
    ['a server that is not ready', 503, 'Service Unavailable', 'http.5xx'],
    ['a query that took too long', 503, '{"status":"error","errorType":"timeout","error":"t"}', 'latency.timeout'],
    ['a limit', 429, 'slow down', 'quota.rate_limited'],
    ['a redirect to a login page', 302, '', 'protocol.unexpected_redirect'],
  ])('%s', async (_rule, status, body, expected) => {
    await using server = await httpTarget((_request, response) => {
      response.writeHead(status, status === 302 ? { location: 'http://login.test/' } : {}).end(body);
    });
    const { judgement } = await probe(prometheus, { url: `http://${server.at}`, query: 'up' });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
  });

  test('an answer that may be partial is a warning', async () => {
    const answer = {
      status: 'success',
      data: { resultType: 'scalar', result: [1, '2'] },
      warnings: ['a store is away'],
    };
    await using server = await httpTarget((_request, response) => response.end(JSON.stringify(answer)));
    const { judgement } = await probe(prometheus, { url: `http://${server.at}`, query: 'up' });
    expect(judgement).toMatchObject({ outcome: 'pass', warnings: [{ class: 'dependency.component' }] });
  });
});
