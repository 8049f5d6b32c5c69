import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges, preferredChallenge } from '../../../src/probes/oci/challenge.ts';
import { childFor, parseManifest } from '../../../src/probes/oci/manifest.ts';
import { allows, grantedBy } from '../../../src/probes/oci/token.ts';

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,10}$/);
const value = fc.string({ unit: fc.constantFrom(...'abc/:.,= \\"'.split('')), maxLength: 30 });
const bytes = fc.uint8Array({ maxLength: 2_000 });
const base64url = (given: Uint8Array): string => Buffer.from(given).toString('base64url');

describe('WWW-Authenticate', () => {
  it('is read whatever stands in it, within bounds', () => {
    const nearly = fc.array(fc.oneof(word, value, fc.constantFrom('Bearer ', 'realm="', '="', ', ', '\\')), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 5_000 }),
          nearly.map((parts) => parts.join('')),
        ),
        (header) => {
          const challenges = parseChallenges(header);
          expect(challenges.length).toBeLessThanOrEqual(8);
          expect(JSON.stringify(challenges).length).toBeLessThan(30_000);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('gives back what was quoted into it', () => {
    fc.assert(
      fc.property(value, value, (realm, service) => {
        const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
        const header = `Negotiate abc==, Bearer realm=${quoted(realm)} ,service=${quoted(service)}, Basic realm="x"`;
        expect(preferredChallenge(parseChallenges(header))).toEqual({ scheme: 'bearer', realm, service });
      }),
    );
  });

  it('takes linear time', () => {
    for (const evil of [
      '"'.repeat(50_000),
      'a='.repeat(25_000),
      `Bearer realm="${'\\'.repeat(50_000)}`,
      ' ,'.repeat(25_000),
    ]) {
      expect(parseChallenges(evil).length).toBeLessThanOrEqual(8);
    }
  });
});

describe('manifests and tokens', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  const descriptor = fc.record(
    {
      digest: fc.oneof(fc.constant(digest), fc.string()),
      size: fc.oneof(fc.nat(), fc.double(), fc.string()),
      mediaType: fc.oneof(fc.string(), fc.constant('application/vnd.oci.image.layer.nondistributable.v1.tar')),
      platform: fc.oneof(fc.anything(), fc.record({ os: fc.string(), architecture: fc.string() })),
    },
    { requiredKeys: [] },
  );
  const nearly = fc
    .record({ config: descriptor, layers: fc.array(descriptor), manifests: fc.array(descriptor) }, { requiredKeys: [] })
    .map((given) => Buffer.from(JSON.stringify(given)));

  it('a manifest is one or none, whatever bytes come', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          nearly,
          fc.json().map((text) => Buffer.from(text)),
        ),
        fc.string(),
        (body, platform) => {
          const manifest = parseManifest(body);
          if (manifest?.kind === 'index') childFor(manifest.manifests, platform);
          expect(['image', 'index', undefined]).toContain(manifest?.kind);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('a token is opaque unless it says what it allows', () => {
    const claims = fc.oneof(
      bytes,
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          claims.map((payload) => `e30.${base64url(payload)}.c2ln`),
        ),
        (token) => {
          const granted = grantedBy(token);
          expect(granted?.length ?? 0).toBeLessThanOrEqual(20);
          expect(typeof allows(granted, 'shop/web', 'pull')).toBe('boolean');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['pull', { access: [{ type: 'repository', name: 'shop/web', actions: ['pull'] }] }, true],
    ['everything', { access: [{ type: 'repository', name: 'shop/web', actions: ['*'] }] }, true],
    ['another repository', { access: [{ type: 'repository', name: 'shop/api', actions: ['pull'] }] }, false],
    ['no action', { access: [{ type: 'repository', name: 'shop/web', actions: null }] }, false],
    ['nothing, as Go writes it', { access: null }, false],
    ['a token that does not say', { scope: 'x' }, true],
  ])('a token for %s', (_what, claims, pulls) => {
    const token = `e30.${base64url(Buffer.from(JSON.stringify(claims)))}.c2ln`;
    expect(allows(grantedBy(token), 'shop/web', 'pull')).toBe(pulls);
  });
});
