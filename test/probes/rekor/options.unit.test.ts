import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { rekor } from '../../../src/probes/rekor.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const PRIVATE = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const VKEY = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx';
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

  it('of version 1 write where they read, and sign only what is fresh', () => {
    expect(complaints({ ...good, version: 1, write: 'fixed' })).toEqual([]);
    expect(complaints({ ...good, write: 'fresh', key: PRIVATE })).toEqual([]);
    const wrong: readonly [path: string, fields: Record<string, unknown>][] = [
      ['write', { write: 'always' }],
      ['key', { write: 'fresh' }],
      ['key', { write: 'fresh', key: PEM }],
      ['key', { write: 'fixed', key: PRIVATE }],
      ['writeUrl', { writeUrl: 'https://rekor.example' }],
      ['entry', { entry: '735' }],
      ['publicKey', { publicKey: VKEY }],
      ['version', { version: 3 }],
    ];
    for (const [path, fields] of wrong)
      expect(complaints({ ...good, ...fields })).toContainEqual(expect.stringMatching(`^${path}: `));
  });

  it('of version 2 need an origin, and write elsewhere than they read', () => {
    const tiles = { url: good.url, version: 2, publicKey: VKEY, origin: 'example.com/log/testdata' };
    const writing = { write: 'fixed', writeUrl: 'https://write.rekor.example' };
    for (const fields of [{}, { publicKey: PEM }, { entry: '0' }, { entry: `735:${'ab'.repeat(32)}` }, writing])
      expect(complaints({ ...tiles, ...fields })).toEqual([]);
    const wrong: readonly [path: string, fields: Record<string, unknown>][] = [
      ['origin', { origin: undefined }],
      ['publicKey', { origin: 'example.com/another' }],
      ['publicKey', { publicKey: VKEY.replace('+33', '+34') }],
      ['treeIds', { treeIds: [TREE] }],
      ['entry', { entry: ENTRY }],
      ['entry', { entry: 735 }],
      ['writeUrl', { write: 'fixed' }],
      ['writeUrl', { writeUrl: 'https://write.rekor.example' }],
    ];
    for (const [path, fields] of wrong)
      expect(complaints({ ...tiles, ...fields })).toContainEqual(expect.stringMatching(`^${path}: `));
  });

  it('refuse unknown keys', () => {
    expect(complaints({ ...good, publickey: PEM })).not.toEqual([]);
  });

  it('make the canary and the write steps only where they are wanted', () => {
    const steps = (options: Record<string, unknown>) =>
      rekor.steps?.(rekor.schema.parse({ ...good, ...options })).map((s) => `${s.kind} ${s.name}`);
    const head = ['reach ping', 'read log info', 'read checkpoint signature', 'read identity', 'read consistency'];
    expect(steps({})).toEqual(head);
    expect(steps({ entry: ENTRY })).toEqual([...head, 'read canary entry']);
    expect(steps({ write: 'fixed' })).toEqual([...head, 'write write', 'write written entry']);
    expect(steps({ version: 2, origin: 'log.example' })?.[0]).toBe('reach checkpoint');
  });
});
