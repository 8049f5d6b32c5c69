import { afterAll, expect } from 'vitest';

/*
 * Runs beside every test file: what keeps the process alive when its tests are over was forgotten by one of them.
 * What closes only after the last test has a second to do so, because a closing socket takes a few turns.
 */
const graceMs = 1_000;
const kinds = new Set([
  'TCPServerWrap',
  'TCPSocketWrap',
  'UDPWrap',
  'ProcessWrap',
  'FSEventWrap',
  'StatWatcher',
  'Timeout',
]);
const before = held();

afterAll(async () => {
  const deadline = performance.now() + graceMs;
  while (added().length > 0 && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
  expect(added(), 'left open by this file').toEqual([]);
});

function held(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => kinds.has(kind));
}

/** What is held now and was not when the file began. */
function added(): string[] {
  const known = [...before];
  return held().filter((kind) => {
    const at = known.indexOf(kind);
    if (at !== -1) known.splice(at, 1);
    return at === -1;
  });
}
