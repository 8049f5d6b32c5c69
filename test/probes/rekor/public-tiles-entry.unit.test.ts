import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pinsFor } from '../../../src/probes/rekor/head.ts';
import { rekorOptions } from '../../../src/probes/rekor/options.ts';
import type { Proposed } from '../../../src/probes/rekor/proposed.ts';
import { headOfReply } from '../../../src/probes/rekor/tile-examine.ts';
import { postedToTiles } from '../../../src/probes/rekor/tile-entry.ts';
import { publicVectors } from '../transparency/public-vectors.ts';

const folder = publicVectors('rekor');
const ORIGIN = 'log2025-alpha1.rekor.sigstage.dev';

interface TileLogEntry {
  readonly canonicalizedBody: string;
  readonly inclusionProof: { readonly hashes: readonly string[]; readonly checkpoint: { readonly envelope: string } };
}

function readEntry(): TileLogEntry {
  const bundle = JSON.parse(readFileSync(`${folder}/v2.bundle.json`, 'utf8')) as {
    verificationMaterial: { tlogEntries: readonly [TileLogEntry] };
  };
  return bundle.verificationMaterial.tlogEntries[0];
}

/** What the genuine entry says was signed, in the form in which a write proposes it. */
function proposedOf(entry: TileLogEntry): Proposed {
  const body = JSON.parse(Buffer.from(entry.canonicalizedBody, 'base64').toString()) as {
    spec: { hashedRekordV002: { data: { digest: string }; signature: { content: string } } };
  };
  const { data, signature } = body.spec.hashedRekordV002;
  return { digest: Buffer.from(data.digest, 'base64').toString('hex'), signature: signature.content, publicKey: '' };
}

function verify(change: (entry: TileLogEntry) => unknown, origin = ORIGIN, log = 1): string {
  const logs = JSON.parse(readFileSync(`${folder}/v2.tlogs.json`, 'utf8')) as readonly {
    publicKey: { rawBytes: string };
  }[];
  const publicKey = `-----BEGIN PUBLIC KEY-----\n${logs[log]?.publicKey.rawBytes}\n-----END PUBLIC KEY-----\n`;
  const options = rekorOptions.parse({ url: `https://${ORIGIN}`, version: 2, publicKey, origin });
  const pins = pinsFor(options, 0);
  const genuine = readEntry();
  const post = { request: 'POST https://log.example', status: 201, body: JSON.stringify(change(genuine)), ms: 1 };
  const posted = postedToTiles({ post, proposed: proposedOf(genuine), rereads: 0 }, (body, request) =>
    headOfReply({ request, status: 200, body, ms: 1 }, pins),
  );
  return posted.ok ? `index ${posted.value}` : posted.fault.class;
}

describe.skipIf(folder === undefined)('a real entry of a public Rekor v2', () => {
  it('verifies: its checkpoint by the log’s Ed25519 key and origin, and its inclusion proof', () => {
    expect(verify((entry) => entry)).toBe('index 735');
  });

  it('of a log with another key or another name is another log’s', () => {
    expect(verify((entry) => entry, ORIGIN, 0)).toBe('identity.key_mismatch');
    expect(verify((entry) => entry, 'log2026-1.rekor.example')).toBe('identity.tree_mismatch');
  });

  it.each<[what: string, failureClass: string, change: (entry: TileLogEntry) => unknown]>([
    ['at another index', 'integrity.inclusion_invalid', (e) => ({ ...e, logIndex: '734' })],
    ['without its index', 'integrity.inclusion_invalid', (e) => ({ ...e, logIndex: undefined })],
    ['with another body', 'integrity.inclusion_invalid', (e) => ({ ...e, canonicalizedBody: 'e30=' })],
    ['without a proof', 'protocol.malformed', (e) => ({ ...e, inclusionProof: undefined })],
    [
      'with a hash too few',
      'integrity.inclusion_invalid',
      (e) => ({ ...e, inclusionProof: { ...e.inclusionProof, hashes: e.inclusionProof.hashes.slice(1) } }),
    ],
    [
      'with an altered checkpoint',
      'integrity.signature_invalid',
      (e) => {
        const envelope = e.inclusionProof.checkpoint.envelope.replace('\n736\n', '\n737\n');
        return { ...e, inclusionProof: { ...e.inclusionProof, checkpoint: { envelope } } };
      },
    ],
  ])('%s is %s', (_, failureClass, change) => {
    expect(verify(change)).toBe(failureClass);
  });
});
