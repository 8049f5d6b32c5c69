import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/**
 * Four kinds of tests, told by their names. `order` lets one kind finish before the next begins: tests that start
 * real servers do not compete with a processor full of property tests, and acceptance tests run one at a time.
 */
const project = (
  kind: string,
  { order, timeoutMs, workers }: { order: number; timeoutMs: number; workers: number },
): TestProjectInlineConfiguration => ({
  test: {
    name: kind,
    include: [`test/**/*.${kind}.test.ts`],
    pool: 'forks',
    maxWorkers: workers,
    sequence: { groupOrder: order },
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    // A test that only passes the second time has found something.
    retry: 0,
    // Sockets, timers and child processes that a file leaves behind fail it.
    setupFiles: ['test/leaks.ts'],
    expect: { requireAssertions: true },
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', { order: 0, timeoutMs: 60_000, workers: 2 }),
      project('property', { order: 1, timeoutMs: 60_000, workers: 2 }),
      project('integration', { order: 2, timeoutMs: 30_000, workers: 2 }),
      project('acceptance', { order: 3, timeoutMs: 120_000, workers: 1 }),
    ],
  },
});
