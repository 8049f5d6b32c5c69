import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../../src/probes/transparency/checkpoint.ts';
import { logKeyFromPem, type LogKey } from '../../../src/probes/transparency/log-key.ts';
import type { Parsed } from '../../../src/probes/transparency/parsed.ts';
import {
  openNote,
  parseSignedNote,
  rekorVerifier,
  verifierFromVkey,
} from '../../../src/probes/transparency/signed-note.ts';
import { publicVectors } from './public-vectors.ts';

const ROOT = createHash('sha256').update('root').digest('base64');

function must<T>(result: Parsed<T>): T {
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

interface Signer {
  readonly privateKey: KeyObject;
  readonly pem: string;
  readonly key: LogKey;
}

function p256(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey, pem, key: must(logKeyFromPem(pem)) };
}

function signatureLine(text: string, signer: Signer, name = 'log.example'): string {
  const hint = Buffer.from(signer.key.fingerprint.slice(0, 8), 'hex');
  const signature = sign('sha256', Buffer.from(text), signer.privateKey);
  return `\u2014 ${name} ${Buffer.concat([hint, signature]).toString('base64')}\n`;
}

function noteBy(signer: Signer, text = `log.example - 1\n5\n${ROOT}\n`): string {
  return `${text}\n${signatureLine(text, signer)}`;
}

function verdict(raw: string, ...keys: readonly LogKey[]): string {
  return openNote(must(parseSignedNote(raw)), keys.map(rekorVerifier)).kind;
}

describe('a checkpoint', () => {
  const signer = p256();
  const other = p256();

  it('verifies by the pinned key, whatever the signer calls itself', () => {
    const text = `pod-7f - 1\n5\n${ROOT}\n`;
    expect(verdict(`${text}\n${signatureLine(text, signer, 'pod-7f')}`, signer.key)).toBe('verified');
    expect(must(parseCheckpoint(noteBy(signer)))).toMatchObject({
      origin: 'log.example - 1',
      size: 5n,
      extensions: [],
    });
  });

  it('verifies by any key of several that are pinned, and beside signatures of others', () => {
    const text = `log.example - 1\n5\n${ROOT}\n`;
    expect(verdict(noteBy(signer), other.key, signer.key)).toBe('verified');
    expect(verdict(`${text}\n${signatureLine(text, other)}${signatureLine(text, signer)}`, signer.key)).toBe(
      'verified',
    );
  });

  it('by another key is by an unknown key, not a bad signature', () => {
    expect(verdict(noteBy(other), signer.key)).toBe('unknown-key');
    expect(verdict(noteBy(signer))).toBe('unknown-key');
  });

  it('that was altered after signing has a bad signature', () => {
    expect(verdict(noteBy(signer).replace('\n5\n', '\n6\n'), signer.key)).toBe('bad-signature');
  });

  it('with one good and one bad signature by the same key is not believed', () => {
    const text = `log.example - 1\n5\n${ROOT}\n`;
    const raw = `${text}\n${signatureLine(text, signer)}${signatureLine('another text\n', signer)}`;
    expect(verdict(raw, signer.key)).toBe('bad-signature');
  });

  it('may carry further lines', () => {
    const text = `log.example - 1\n5\n${ROOT}\nTimestamp: 1689177396617352539\n`;
    expect(must(parseCheckpoint(noteBy(signer, text))).extensions).toEqual(['Timestamp: 1689177396617352539']);
  });

  const line = '\u2014 log.example AAAAAAAA\n';
  it.each([
    ['is empty', ''],
    ['has no signature', `log.example\n5\n${ROOT}\n`],
    ['has an empty list of signatures', `log.example\n5\n${ROOT}\n\n`],
    ['has no text', `\n\n${line}`],
    ['has no newline at its end', `log.example\n5\n${ROOT}\n\n${line.trimEnd()}`],
    ['has a signature line with a hyphen for a dash', `log.example\n5\n${ROOT}\n\n- log.example AAAAAAAA\n`],
    ['has a signature line without name', `log.example\n5\n${ROOT}\n\n\u2014 AAAAAAAA\n`],
    ['has a plus sign in a name', `log.example\n5\n${ROOT}\n\n\u2014 log+example AAAAAAAA\n`],
    ['has a signature that is only a hint', `log.example\n5\n${ROOT}\n\n\u2014 log.example AAAAAA==\n`],
    ['has a signature in loose base64', `log.example\n5\n${ROOT}\n\n\u2014 log.example AAAAAAAB=\n`],
    ['has a control character', `log.example\r\n5\n${ROOT}\n\n${line}`],
    ['has a lone surrogate', `log\ud800example\n5\n${ROOT}\n\n${line}`],
    ['has no origin', `\n5\n${ROOT}\n\n${line}`],
    ['has no size', `log.example\n\n${ROOT}\n\n${line}`],
    ['has a negative size', `log.example\n-5\n${ROOT}\n\n${line}`],
    ['has a size with a leading zero', `log.example\n05\n${ROOT}\n\n${line}`],
    ['has a hexadecimal size', `log.example\n0x5\n${ROOT}\n\n${line}`],
    ['has a size beyond 63 bits', `log.example\n9223372036854775808\n${ROOT}\n\n${line}`],
    ['has no root', `log.example\n5\n\n${line}`],
    ['has a root that is too short', `log.example\n5\nAAAA\n\n${line}`],
    ['has a root in base64url', `log.example\n5\n${'_'.repeat(43)}=\n\n${line}`],
    ['has an empty further line', `log.example\n5\n${ROOT}\n\nmore\n\n${line}`],
    ['has more signatures than anybody needs', `log.example\n5\n${ROOT}\n\n${line.repeat(101)}`],
    ['is larger than a checkpoint can be', `log.example\n5\n${ROOT}\n${'x'.repeat(20_000)}\n\n${line}`],
    ['is a web page', '<!doctype html>\n<h1>It works!</h1>\n\n'],
  ])('is malformed when it %s', (_, raw) => {
    expect(parseCheckpoint(raw).ok).toBe(false);
  });

  it('never makes the parser throw, whatever the bytes', () => {
    const pieces = fc.constantFrom(
      '\n',
      '\n\n',
      '\u2014 ',
      'log.example',
      ' ',
      '5',
      ROOT,
      'AAAAAAAA',
      '\ud800',
      '\u0000',
      '=',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 30 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(text, (raw) => {
        expect(parseCheckpoint(raw).ok).toBeTypeOf('boolean');
      }),
    );
  });
});

describe('a public key', () => {
  it('must be one PEM block of a public key', () => {
    const { privateKey, pem } = p256();
    const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const text of ['', 'key', pem + pem, privatePem, pem.replace('PUBLIC', 'RSA PUBLIC'), pem.replace(/M/g, 'N')])
      expect(logKeyFromPem(text).ok).toBe(false);
    expect(logKeyFromPem(`\n${pem}\n`).ok).toBe(true);
  });

  it('must be ECDSA P-256 or Ed25519', () => {
    const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
    expect(logKeyFromPem(pemOf(generateKeyPairSync('ed25519').publicKey)).ok).toBe(true);
    expect(logKeyFromPem(pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)).ok).toBe(false);
    expect(logKeyFromPem(pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)).ok).toBe(false);
  });
});

describe('a vkey', () => {
  const vkey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx';

  it('names its key by the hash over name, type and key', () => {
    expect(must(verifierFromVkey(vkey))).toMatchObject({ name: 'example.com/log/testdata', hint: '33d7b496' });
    for (const text of [
      '',
      vkey.replace('33', '34'),
      vkey.replace('testdata', 'test'),
      vkey.slice(0, -4),
      `${vkey}AAAA`,
    ])
      expect(verifierFromVkey(text).ok).toBe(false);
  });

  const tiles = publicVectors('tiles');
  it.skipIf(tiles === undefined)('verifies all 16 public checkpoints, and none with another size', () => {
    const verifier = must(verifierFromVkey(vkey));
    for (let size = 0; size < 16; size += 1) {
      const raw = readFileSync(`${tiles}/checkpoint.${size}`, 'utf8');
      const checkpoint = must(parseCheckpoint(raw));
      expect(checkpoint.size).toBe(BigInt(size));
      expect(openNote(checkpoint.note, [verifier]).kind).toBe('verified');
      const altered = must(parseCheckpoint(raw.replace(`\n${size}\n`, `\n${size + 1}\n`)));
      expect(openNote(altered.note, [verifier]).kind).toBe('bad-signature');
    }
  });
});
