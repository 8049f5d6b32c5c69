import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { rekor } from '../../../src/probes/rekor.ts';

const PEM = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
const TREE = '1193050959916656506';
const ENTRY = `${BigInt(TREE).toString(16).padStart(16, '0')}${'ab'.repeat(32)}`;
const good = { url: 'https://rekor.example', publicKey: PEM };

function complaints(options: unknown): readonly string[] {
  const result = rekor.schema.safeParse(options);
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${JSON.stringify(issue)}`);
}

describe('the options of a rekor probe', () => {
  it('need a URL and a pinned key, and nothing else', () => {
    expect(complaints(good)).toEqual([]);
    expect(complaints({ url: good.url })).toEqual([expect.stringMatching(/^publicKey: /)]);
    expect(complaints({ publicKey: PEM })).toEqual([expect.stringMatching(/^url: /)]);
  });

  it('are those of its own example', () => {
    const { kind, ...options } = parse(rekor.example) as Record<string, unknown>;
    expect(kind).toBe('rekor');
    expect(complaints(options)).toEqual([]);
  });

  it('take a key, a list of keys, and keys that hold for a time', () => {
    for (const publicKey of [
      PEM,
      [PEM, PEM],
      { value: PEM, until: '2027-01-01' },
      [PEM, { value: PEM, from: '2026-01-01T00:00:00Z' }],
    ])
      expect(complaints({ ...good, publicKey })).toEqual([]);
  });

  it('refuse what is no key, and a pin that ends before it begins', () => {
    for (const publicKey of [
      '',
      'key',
      [],
      { value: PEM, from: '2027-01-01', until: '2026-01-01' },
      { value: PEM, from: 'soon' },
    ])
      expect(complaints({ ...good, publicKey })).not.toEqual([]);
  });

  it('want tree ids in quotes, since they are too large for numbers', () => {
    expect(complaints({ ...good, treeIds: [TREE] })).toEqual([]);
    expect(complaints({ ...good, treeIds: [Number(TREE)] }).join()).toContain('put it in quotes');
    expect(complaints({ ...good, treeIds: ['0x10'] })).not.toEqual([]);
  });

  it('want an entry of 80 digits that is of a configured tree', () => {
    expect(complaints({ ...good, entry: ENTRY })).toEqual([]);
    expect(complaints({ ...good, treeIds: [TREE], entry: ENTRY })).toEqual([]);
    expect(complaints({ ...good, treeIds: ['7'], entry: ENTRY })).toEqual([expect.stringMatching(/^entry: /)]);
    expect(complaints({ ...good, entry: ENTRY.slice(16) })).not.toEqual([]);
  });

  it('say clearly what is not supported yet', () => {
    expect(complaints({ ...good, version: 1 })).toEqual([]);
    expect(complaints({ ...good, version: 2 }).join()).toContain('only version 1 is supported yet');
    for (const fields of [{ write: 'fixed' }, { key: PEM }, { writeUrl: 'https://rekor.example' }])
      expect(complaints({ ...good, ...fields }).join()).toContain('writing to the log is not supported yet');
  });

  it('refuse unknown keys', () => {
    expect(complaints({ ...good, publickey: PEM })).not.toEqual([]);
  });

  it('make the canary a step only where there is one', () => {
    const steps = (options: Record<string, unknown>) =>
      rekor.steps?.(rekor.schema.parse({ ...good, ...options })).map((s) => s.name);
    expect(steps({ entry: ENTRY })).toEqual(rekor.traits.steps.map((s) => s.name));
    expect(steps({})).toEqual(rekor.traits.steps.map((s) => s.name).filter((name) => name !== 'canary entry'));
  });
});
