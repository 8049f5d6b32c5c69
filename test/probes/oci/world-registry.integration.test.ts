import { describe, expect, it } from 'vitest';
import { oci } from '../../../src/probes/oci.ts';
import { buildImage } from '../../../src/world/oci-image.ts';
import { startRegistry, type RegistryFault } from '../../../src/world/registry.ts';
import { probe } from '../run-context.ts';

const image = buildImage('hello\n');
const robot = { username: 'robot', password: 'robot-password' };
const shop = { repository: 'shop/web', reference: 'latest', digest: image.digest, upload: true };

describe("oci against the world's registry", () => {
  it('logs in with an opaque token, pulls, and cancels what it began', async () => {
    await using registry = await startRegistry({ access: { kind: 'bearer', ...robot } });
    registry.load('shop/web', 'latest', image);
    const { judgement } = await probe(oci, { registry: registry.url, ...shop, ...robot });
    expect(judgement).toMatchObject({ outcome: 'pass', warnings: [] });
    expect(judgement.steps.find(({ name }) => name === 'token')?.got).toMatch(/^opaque/);
    expect(registry.openUploads).toBe(0);
    const refused = await probe(oci, { registry: registry.url, ...shop, ...robot, password: 'an old one' });
    expect(refused.judgement.class).toBe('auth.expired_credential');
  });

  it('is not disturbed by another monitor that does the same at the same time', async () => {
    await using registry = await startRegistry();
    registry.load('shop/web', 'latest', image);
    const runs = await Promise.all([1, 2, 3].map(() => probe(oci, { registry: registry.url, ...shop })));
    expect(runs.map(({ judgement }) => judgement.outcome)).toEqual(['pass', 'pass', 'pass']);
    expect(registry.openUploads).toBe(0);
  });

  it.each<readonly [RegistryFault, string, string]>([
    ['blob-missing', 'integrity.blob_missing', 'blobs'],
    ['blob-corrupted', 'integrity.digest_mismatch', 'blobs'],
    ['read-only', 'semantic.read_only', 'upload'],
    ['unauthorized', 'auth.unauthorized', 'manifest'],
    ['5xx', 'http.5xx', 'front page'],
    ['hang', 'latency.timeout', 'front page'],
  ])('%s is %s, at the step %s', async (fault, failureClass, step) => {
    await using registry = await startRegistry();
    registry.load('shop/web', 'latest', image);
    registry.fault = fault;
    const { judgement } = await probe(oci, { registry: registry.url, ...shop }, { timeoutMs: 400 });
    expect(judgement).toMatchObject({ outcome: 'fail', class: failureClass });
    expect(judgement.steps.find(({ outcome }) => outcome === 'fail')?.name).toBe(step);
  });
});
