import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startFulcio, type Fulcio } from '../../src/world/fulcio.ts';

const issuer = 'https://login.corp.example';
const start = (): Promise<Fulcio> => startFulcio({ issuers: [issuer] });

async function get(url: string): Promise<[number, unknown]> {
  const response = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return [response.status, isJson ? (JSON.parse(text) as unknown) : text];
}

async function chain(fulcio: Fulcio): Promise<readonly X509Certificate[]> {
  const [, bundle] = await get(`${fulcio.url}/api/v2/trustBundle`);
  const [first] = (bundle as { chains: { certificates: string[] }[] }).chains;
  return first?.certificates.map((pem) => new X509Certificate(pem)) ?? [];
}

function pinOf(certificate: X509Certificate | undefined): string {
  const der = certificate?.publicKey.export({ type: 'spki', format: 'der' }) ?? '';
  return `sha256/${createHash('sha256').update(der).digest('base64')}`;
}

/** Whether OpenSSL takes the tree head's signature for the log's. */
async function isSigned(fulcio: Fulcio): Promise<boolean> {
  const [, head] = await get(`${fulcio.ctLog.url}/ct/v1/get-sth`);
  const { tree_size, timestamp, sha256_root_hash, tree_head_signature } = head as Record<string, string & number>;
  const fields = Buffer.alloc(18);
  fields[1] = 1;
  fields.writeBigUInt64BE(BigInt(timestamp ?? 0), 2);
  fields.writeBigUInt64BE(BigInt(tree_size ?? 0), 10);
  const signed = Buffer.concat([fields, Buffer.from(sha256_root_hash ?? '', 'base64')]);
  const signature = Buffer.from(tree_head_signature ?? '', 'base64').subarray(4);
  return verify('sha256', signed, createPublicKey(fulcio.ctLogPublicKey), signature);
}

describe('the Fulcio stub', () => {
  it('serves, lists its issuers, and has a chain of two certificates that OpenSSL follows to its root', async () => {
    await using fulcio = await start();
    expect(await get(`${fulcio.url}/healthz`)).toEqual([200, { status: 'SERVING' }]);
    expect(await get(`${fulcio.url}/api/v2/configuration`)).toMatchObject([200, { issuers: [{ issuerUrl: issuer }] }]);
    const [issuing, root] = await chain(fulcio);
    expect([pinOf(issuing), pinOf(root)]).toEqual([fulcio.issuingSpki, fulcio.rootSpki]);
    expect(issuing?.ca && root?.ca).toBe(true);
    expect(issuing?.verify(root?.publicKey ?? createPublicKey(fulcio.ctLogPublicKey))).toBe(true);
    expect(await get(`${fulcio.url}/elsewhere`)).toMatchObject([404, {}]);
  });

  it('has a log that signs its head with the key it tells, unless it is broken', async () => {
    await using fulcio = await start();
    expect(await isSigned(fulcio)).toBe(true);
    fulcio.fault = 'ctlog-other-key';
    expect(await isSigned(fulcio)).toBe(false);
    fulcio.fault = 'ctlog-down';
    expect((await get(`${fulcio.ctLog.url}/ct/v1/get-sth`))[0]).toBe(500);
    expect((await get(`${fulcio.url}/api/v2/trustBundle`))[0]).toBe(200);
  });

  it('as another authority has other keys under the same names', async () => {
    await using fulcio = await start();
    const before = await chain(fulcio);
    fulcio.fault = 'other-ca';
    const after = await chain(fulcio);
    expect(after.map(({ subject }) => subject)).toEqual(before.map(({ subject }) => subject));
    expect(after.map(pinOf)).not.toContain(fulcio.rootSpki);
    expect(after.map(pinOf)).not.toContain(fulcio.issuingSpki);
  });

  it('with a broken chain keeps its keys, and the root did not sign', async () => {
    await using fulcio = await start();
    fulcio.fault = 'broken-chain';
    const [issuing, root] = await chain(fulcio);
    expect([pinOf(issuing), pinOf(root)]).toEqual([fulcio.issuingSpki, fulcio.rootSpki]);
    expect(issuing?.verify(root?.publicKey ?? createPublicKey(fulcio.ctLogPublicKey))).toBe(false);
  });

  it('can let its certificate end, lose its issuers, and say that it does not serve', async () => {
    await using fulcio = await start();
    fulcio.fault = 'expired-ca';
    expect(Date.parse((await chain(fulcio))[0]?.validTo ?? '')).toBeLessThan(Date.now());
    fulcio.fault = 'no-issuers';
    expect(await get(`${fulcio.url}/api/v2/configuration`)).toEqual([200, { issuers: [] }]);
    fulcio.fault = 'not-serving';
    expect(await get(`${fulcio.url}/healthz`)).toEqual([200, { status: 'NOT_SERVING' }]);
  });

  it('can be closed for maintenance, fail, and fall silent', async () => {
    await using fulcio = await start();
    fulcio.fault = 'maintenance';
    expect(await get(`${fulcio.url}/healthz`)).toEqual([200, '<h1>Back soon</h1>']);
    fulcio.fault = '5xx';
    expect((await get(`${fulcio.url}/healthz`))[0]).toBe(503);
    fulcio.fault = 'hang';
    await expect(fetch(`${fulcio.url}/healthz`, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
  });
});
