import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fetched } from '../../../src/probes/tuf/fetcher.ts';
import { readMetadata } from '../../../src/probes/tuf/metadata.ts';
import { whyRefused } from '../../../src/probes/tuf/refusal.ts';
import { Trusted } from '../../../src/probes/tuf/trusted.ts';
import { TufRepository } from '../../servers/tuf-repository.ts';

const repository = new TufRepository();
repository.publish();
const files = ['timestamp.json', 'snapshot.json', 'targets.json', '1.root.json'] as const;
const roles = ['timestamp', 'snapshot', 'targets', 'root', 'a delegated role'] as const;

/** Good metadata with a value put in the place of another one anywhere in it. */
const bent = fc.tuple(fc.constantFrom(...files), fc.nat({ max: 40 }), fc.json()).map(([file, at, json]) => {
  let seen = -1;
  const replace = (_key: string, value: unknown): unknown => ((seen += 1) === at ? JSON.parse(json) : value);
  return Buffer.from(JSON.stringify(JSON.parse(repository.files.get(file)?.toString('utf8') ?? ''), replace));
});
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((given) => Buffer.from(given)),
  fc.json().map((text) => Buffer.from(text)),
  bent,
);

describe('whatever a mirror may serve', () => {
  test('is read or refused, never thrown over', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom('root', 'timestamp', 'snapshot', 'targets'), (body, role) => {
        const read = readMetadata(role, body);
        expect(read.ok ? 0 : read.reason.length).toBeLessThan(200);
      }),
    );
  });

  test('is told what is wrong with it in bounded words', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom(...roles), fc.boolean(), (body, role, deep) => {
        const trusted = new Trusted(repository.root);
        if (deep) {
          trusted.take('timestamp', repository.files.get('timestamp.json') ?? Buffer.alloc(0));
          trusted.take('snapshot', repository.files.get('snapshot.json') ?? Buffer.alloc(0));
        }
        const fetched: Fetched = {
          step: 'targets',
          role,
          request: 'GET a',
          status: 200,
          body,
          said: '',
          tooLong: false,
        };
        const refusal = whyRefused({ fetched, trusted, target: undefined, at: Date.now() });
        expect(JSON.stringify(refusal ?? null).length).toBeLessThan(10_000);
      }),
    );
  });

  test('that was taken can always be told of', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom(...roles), (body, role) => {
        const trusted = new Trusted(repository.root);
        trusted.take(role, body);
        expect(trusted.seen().root).toBeDefined();
      }),
    );
  });
});
