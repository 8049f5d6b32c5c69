import { expect, test } from 'vitest';
import { Contents, decodePage } from '../../src/log/page/decode.ts';
import type { Observation, Page } from '../../src/log/page/page.ts';

/** A page and a form as the first version of the log wrote them: evidence and steps whole, in every row. */
const STEP = { name: 'status', kind: 'read', outcome: 'fail', ms: 4.5 };
const FORM = {
  n: 0,
  at: 0,
  kind: 'observation',
  probe: 'kv/read',
  location: 'local',
  cause: 'schedule',
  startedAt: 10,
  endedAt: 20,
  outcome: 'fail',
  class: 'http.5xx',
  message: 'answered 503',
  proven: [],
  against: ['kv.read'],
  warnings: [],
  factsHash: 'f',
  facts: {},
  measured: { status: 503, facts: {} },
  evidence: null,
  steps: null,
};
const PAGE: Page = {
  contents: [7],
  form: [1, 1],
  rest: [1, 2],
  values: [
    { evidence: { body: 'first' }, steps: [STEP] },
    { evidence: { body: 'second' }, steps: [STEP], measured: { status: [502] } },
  ],
  n: [5, 1],
  at: [100, 15],
  started: [9, 9],
  ended: [1, 1],
  phases: [],
  scale: 10,
};

test('pages of the first version are read as they were written', () => {
  const contents = new Contents();
  contents.add([[7, JSON.stringify(FORM)]]);
  const [first, second] = decodePage(PAGE, contents) as Observation[];
  expect(first).toEqual({
    ...FORM,
    n: 5,
    at: 100,
    startedAt: 91,
    endedAt: 99,
    evidence: { body: 'first' },
    steps: [STEP],
  });
  expect(second).toMatchObject({ n: 6, evidence: { body: 'second' }, steps: [STEP] });
  expect(second?.measured).toEqual({ status: 502, facts: {} });
});
