import { describe, expect, test } from 'vitest';
import { testFigures } from '../../scripts/test-figures.ts';

const file = (status: string, tests: Record<string, string> = {}) => ({
  status,
  assertionResults: Object.entries(tests).map(([fullName, state]) => ({ fullName, status: state })),
});
const report = (success: boolean, ...testResults: unknown[]) => JSON.stringify({ success, testResults });

describe('the figures of a test run', () => {
  test('count tests, not files, and name those that did not run', () => {
    const text = report(
      false,
      file('passed', { a: 'passed', b: 'passed', c: 'skipped' }),
      file('failed', { d: 'failed', e: 'failed', f: 'todo' }),
    );
    expect(testFigures(text)).toEqual({ passed: 2, failed: 2, skipped: ['c', 'f'] });
  });

  test('count a file that failed without a failed test as one failure', () => {
    const text = report(false, file('failed'), file('failed', { a: 'passed' }), file('passed', { b: 'passed' }));
    expect(testFigures(text)).toEqual({ passed: 2, failed: 2, skipped: [] });
  });

  test('never show `0 failed` for a run that failed for no test’s sake', () => {
    expect(testFigures(report(false, file('passed', { a: 'passed' })))).toMatchObject({ passed: 1, failed: 1 });
  });
});
