import { describe, expect, it } from 'vitest';
import { oci } from '../../../src/probes/oci.ts';
import { planBlobs } from '../../../src/probes/oci/pull.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const good = { registry: 'https://registry.example/', repository: 'shop/web', reference: 'stable' };

function problems(options: Record<string, unknown>): readonly string[] {
  const parsed = oci.schema.safeParse(options);
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the options of oci', () => {
  it.each([
    [
      'a path in the registry',
      { registry: 'https://a.example/v2' },
      'registry: only scheme, host and port; the path belongs in repository',
    ],
    [
      'a repository in capitals',
      { repository: 'Shop' },
      'repository: not the name of a repository; write it like team/app',
    ],
    [
      'a repository that climbs',
      { repository: 'shop/../admin' },
      'repository: not the name of a repository; write it like team/app',
    ],
    ['a reference that is none', { reference: 'a b' }, 'reference: neither a tag nor a digest'],
    [
      'a digest cut short',
      { digest: 'sha256:abcd' },
      'digest: not a digest; write it like sha256: and 64 hexadecimal digits',
    ],
    ['nothing to pull', { reference: undefined }, 'reference: say which tag or digest to pull'],
    ['a username alone', { username: 'robot' }, 'password: a username needs one'],
    ['a password alone', { password: 'words' }, 'username: a password needs one'],
    ['a username that cannot be sent', { username: 'a:b', password: 'words' }, 'username: cannot hold a colon'],
  ])('refuse %s', (_what, wrong, problem) => {
    expect(problems({ ...good, ...wrong })).toContain(problem);
  });

  it('are deep by default, and only reach a manifest where that is said', () => {
    expect(oci.deep(oci.schema.parse(good))).toBe(true);
    expect(oci.deep(oci.schema.parse({ ...good, depth: 'manifest' }))).toBe(false);
  });

  it('decide which steps there are', () => {
    const names = (more: Record<string, unknown>) =>
      oci.steps?.(oci.schema.parse({ ...good, ...more })).map(({ name }) => name);
    expect(names({ depth: 'manifest' })).toEqual(['front page', 'realm', 'token', 'manifest']);
    expect(names({ digest, signature: true, upload: true })).toEqual(oci.traits.steps.map(({ name }) => name));
  });
});

describe('which blobs are asked for', () => {
  const blob = (size: number) => ({ mediaType: '', digest: `sha256:${size}`, size });
  const plan = (sizes: readonly number[], bytes: number) =>
    planBlobs(sizes.map(blob), bytes).map(({ blob: { size }, whole }) => [size, whole]);

  it('the smallest whole as long as they fit, the others begun', () => {
    expect(plan([500, 10, 300, 0], 400)).toEqual([
      [0, true],
      [10, true],
      [300, true],
      [500, false],
    ]);
  });

  it('no more than a bounded number', () => {
    expect(
      plan(
        Array.from({ length: 100 }, (_, size) => size),
        0,
      ),
    ).toHaveLength(32);
  });
});
