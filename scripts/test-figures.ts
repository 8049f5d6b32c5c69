/** What came of a whole test run. */
export interface TestFigures {
  readonly passed: number;
  readonly failed: number;
  /** Full names of tests that did not run. */
  readonly skipped: readonly string[];
}

/** The part of vitest's JSON report that we read. */
interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Counts tests one by one. A file that failed without a failed test (it could not be loaded, a hook threw) counts
 * as one failure, and so does a run that failed for no test's sake, so that no failing run shows `0 failed`.
 *
 * @param text vitest's JSON report
 */
export function testFigures(text: string): TestFigures {
  const report = JSON.parse(text) as Report;
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  for (const file of report.testResults) {
    const before = failed;
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') passed += 1;
      else if (status === 'failed') failed += 1;
      else skipped.push(fullName);
    }
    if (file.status === 'failed' && failed === before) failed += 1;
  }
  if (!report.success && failed === 0) failed = 1;
  return { passed, failed, skipped };
}
