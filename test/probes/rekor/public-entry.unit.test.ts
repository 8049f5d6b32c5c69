import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canaryOf } from '../../../src/probes/rekor/canary.ts';
import { pinsFor, type SignedTree } from '../../../src/probes/rekor/head.ts';
import type { Checked } from '../../../src/probes/rekor/fault.ts';
import { rekorOptions } from '../../../src/probes/rekor/options.ts';
import { leafHash } from '../../../src/probes/transparency/merkle.ts';
import { publicVectors } from '../transparency/public-vectors.ts';

const folder = publicVectors('rekor');
const TREE = '2605736670972794746';

interface Bundle {
  readonly verificationMaterial: {
    readonly tlogEntries: readonly {
      readonly logIndex: string;
      readonly logId: { readonly keyId: string };
      readonly integratedTime: string;
      readonly inclusionPromise: { readonly signedEntryTimestamp: string };
      readonly inclusionProof: {
        readonly logIndex: string;
        readonly rootHash: string;
        readonly treeSize: string;
        readonly hashes: readonly string[];
        readonly checkpoint: { readonly envelope: string };
      };
      readonly canonicalizedBody: string;
    }[];
  };
}

/** The bundle's entry as the API of that log gives it. */
function readEntry() {
  const bundle = JSON.parse(readFileSync(`${folder}/public-good-v1.bundle.json`, 'utf8')) as Bundle;
  const entry = bundle.verificationMaterial.tlogEntries[0]!;
  const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');
  const proof = entry.inclusionProof;
  return {
    body: entry.canonicalizedBody,
    integratedTime: Number(entry.integratedTime),
    logID: hex(entry.logId.keyId),
    logIndex: Number(entry.logIndex),
    verification: {
      signedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
      inclusionProof: {
        checkpoint: proof.checkpoint.envelope,
        hashes: proof.hashes.map(hex),
        logIndex: Number(proof.logIndex),
        rootHash: hex(proof.rootHash),
        treeSize: Number(proof.treeSize),
      },
    },
  };
}

type Entry = ReturnType<typeof readEntry>;

function flipped(text: string, at: number, to: string): string {
  return text.slice(0, at) + (text[at] === to ? 'A' : to) + text.slice(at + 1);
}

function verify(change: (entry: Entry) => Entry = (entry) => entry, publicKey?: string): Checked<SignedTree> {
  const genuine = readEntry();
  const leaf = leafHash(Buffer.from(genuine.body, 'base64')).toString('hex');
  const id = BigInt(TREE).toString(16).padStart(16, '0') + leaf;
  const options = rekorOptions.parse({
    url: 'https://rekor.example',
    publicKey: publicKey ?? readFileSync(`${folder}/public-good-v1.pub.pem`, 'utf8'),
    treeIds: [TREE],
    entry: id,
  });
  const body = JSON.stringify({ [id]: change(genuine) });
  const reply = { request: 'GET https://rekor.example/entry', status: 200, body, ms: 1 };
  if (options.entry?.kind !== 'id') throw new Error('the entry is not one of version 1');
  return canaryOf(reply, options.entry, pinsFor(options, 0));
}

function classOf(checked: Checked<SignedTree>): string {
  return checked.ok ? 'ok' : checked.fault.class;
}

type Proof = Entry['verification']['inclusionProof'];

function withProof(change: (proof: Proof) => Partial<Proof>): (entry: Entry) => Entry {
  return (entry) => {
    const { verification } = entry;
    const inclusionProof = { ...verification.inclusionProof, ...change(verification.inclusionProof) };
    return { ...entry, verification: { ...verification, inclusionProof } };
  };
}

describe.skipIf(folder === undefined)('a real entry of the public Rekor', () => {
  it('verifies: its checkpoint, its inclusion proof and its signed entry timestamp', () => {
    expect(verify()).toMatchObject({ ok: true, value: { treeId: TREE, size: 75408393n } });
  });

  it.each<[what: string, failureClass: string, change: (entry: Entry) => Entry]>([
    ['with another body', 'integrity.inclusion_invalid', (e) => ({ ...e, body: flipped(e.body, 40, 'B') })],
    ['of another log', 'identity.key_mismatch', (e) => ({ ...e, logID: flipped(e.logID, 3, '0') })],
    [
      'integrated at another time',
      'integrity.signature_invalid',
      (e) => ({ ...e, integratedTime: e.integratedTime - 1 }),
    ],
    ['under another virtual index', 'integrity.signature_invalid', (e) => ({ ...e, logIndex: e.logIndex + 1 })],
    ['at another place of the tree', 'integrity.inclusion_invalid', withProof((p) => ({ logIndex: p.logIndex - 1 }))],
    [
      'with a changed proof',
      'integrity.inclusion_invalid',
      withProof((p) => ({ hashes: ['00'.repeat(32), ...p.hashes.slice(1)] })),
    ],
    ['with a proof for another root', 'integrity.inclusion_invalid', withProof(() => ({ rootHash: 'ab'.repeat(32) }))],
    [
      'with a checkpoint for another size',
      'integrity.signature_invalid',
      withProof((p) => ({ checkpoint: p.checkpoint.replace('\n75408393\n', '\n75408394\n'), treeSize: 75408394 })),
    ],
    [
      'with a checkpoint by another key',
      'identity.key_mismatch',
      withProof((p) => ({ checkpoint: p.checkpoint.replace('wNI9aj', 'xNI9aj') })),
    ],
    ['with a checkpoint that is none', 'protocol.malformed', withProof(() => ({ checkpoint: 'hello' }))],
  ])('%s is %s', (_, failureClass, change) => {
    expect(classOf(verify(change))).toBe(failureClass);
  });
});
