import { describe, expect, it } from 'vitest';
import { keptMeasured, recallMeasured } from '../../src/core/judge/kept-measured.ts';
import type { ObservationFact } from '../../src/model/entry.ts';
import type { Measured } from '../../src/model/run.ts';
import { makeObservation } from '../daemon/support/makers.ts';

const LONG = 'a page of words '.repeat(10);
const MEASURED: Measured = {
  phases: { dns: 1, connect: 2, tls: 3 },
  address: '10.0.0.1',
  facts: { version: '1' },
  startedAt: 1000,
  lookupMs: 1,
  attempts: [
    {
      status: 200,
      phases: { connect: 2, tls: 3 },
      headers: { date: 'today', 'x/y~z': LONG, csp: LONG },
      body: { length: 160, text: LONG },
    },
  ],
};

function stored(measured: Measured | undefined): ObservationFact {
  const { phases, address, facts } = MEASURED;
  const fact = makeObservation({ startedAt: 1000, facts, ...(phases && { phases }), ...(address && { address }) });
  return JSON.parse(JSON.stringify({ ...fact, ...(measured && { measured }) })) as ObservationFact;
}

interface Attempt {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: { readonly text: string };
}

function attemptOf(measured: Measured): Attempt {
  return (measured['attempts'] as [Attempt])[0];
}

describe('an ordinary run keeps', () => {
  it('everything where its long texts are steady, but what its observation says by itself', () => {
    const kept = keptMeasured(MEASURED, 1000, () => true);
    expect(kept).toEqual({ facts: {}, attempts: [{ ...attemptOf(MEASURED), phases: ['connect', 'tls'] }] });
    const { measured, missed } = recallMeasured(stored(kept));
    expect(measured).toEqual(MEASURED);
    expect(missed()).toBeUndefined();
  });

  it('numbers and short texts in their places, and the names of long texts that are new every time', () => {
    expect(keptMeasured(MEASURED, 1000, () => false)).toEqual({
      facts: {},
      attempts: [{ status: 200, phases: ['connect', 'tls'], headers: { date: 'today' }, body: { length: 160 } }],
      omitted: ['/attempts/0/headers/x~1y~0z', '/attempts/0/headers/csp', '/attempts/0/body/text'],
    });
  });

  it('its outermost values, where it measured more than the log should hold', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => ({ index }));
    const kept = keptMeasured({ facts: {}, value: 7, rows }, 1000, () => true);
    expect(kept).toEqual({ facts: {}, value: 7, omitted: ['/rows'] });
  });

  it('nothing, where there is nothing beyond the observation', () => {
    expect(keptMeasured({ facts: {}, phases: { dns: 1 } }, 1000, () => true)).toBeUndefined();
  });
});

describe('what was not kept', () => {
  const recalled = () => recallMeasured(stored(keptMeasured(MEASURED, 1000, () => false)));

  it('is not missed by who does not ask for it', () => {
    const { measured, missed } = recalled();
    expect(attemptOf(measured).status).toBe(200);
    expect(attemptOf(measured).headers['date']).toBe('today');
    expect(missed()).toBeUndefined();
  });

  it('is named when it is asked for, however the asker takes it', () => {
    const { measured, missed } = recalled();
    expect(() => attemptOf(measured).headers['x/y~z']).toThrow(RangeError);
    expect(missed()).toBe('/attempts/0/headers/x~1y~0z');
    const other = recalled();
    expect(() => attemptOf(other.measured).body.text.includes('words')).toThrow(RangeError);
    expect(other.missed()).toBe('/attempts/0/body/text');
  });

  it('leaves the observation as it was', () => {
    const observation = stored(keptMeasured(MEASURED, 1000, () => false));
    const before = JSON.stringify(observation);
    recallMeasured(observation);
    expect(JSON.stringify(observation)).toBe(before);
  });

  it('may be all of it', () => {
    expect(recallMeasured(stored({ facts: {}, omitted: [''] })).missed()).toBe('');
  });
});
