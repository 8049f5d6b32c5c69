import type { KeyObject } from 'node:crypto';

/** P-256 (SEC 2, section 2.4.2): field, order, coefficient b is not needed to verify; generator. */
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const GENERATOR: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
  z: 1n,
};

/** Jacobian coordinates: the affine point is (x/z², y/z³); z = 0 is the point at infinity. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

/**
 * Whether `signature` (DER) is a P-256 ECDSA signature by `key` over something whose SHA-256 is `digest`.
 * A `hashedrekord` entry gives a log the digest alone, and node:crypto verifies only what it has hashed
 * itself; hence these few lines of SEC 1, section 4.1.4. They handle public values only, so their running
 * time may depend on them. Anything malformed, and any key of another kind, is simply not a signature.
 */
export function verifiesDigest(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const pair = parseSignature(signature);
  if (pair === undefined || digest.length !== 32) return false;
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
  const { r, s } = pair;
  if (r <= 0n || r >= N || s <= 0n || s >= N) return false;
  const jwk = key.export({ format: 'jwk' });
  const q: Point = { x: fromBase64Url(jwk.x), y: fromBase64Url(jwk.y), z: 1n };
  const w = inverse(s, N);
  const sum = twinMultiply((fromBytes(digest) * w) % N, GENERATOR, (r * w) % N, q);
  if (sum.z === 0n) return false;
  const zInverse = inverse(sum.z, P);
  return mod(sum.x * zInverse * zInverse, P) % N === r;
}

/** SEQUENCE of two INTEGERs, each at most 33 bytes. */
function parseSignature(der: Buffer): { readonly r: bigint; readonly s: bigint } | undefined {
  if (der.length < 8 || der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const r = readInteger(der, 2);
  const s = r === undefined ? undefined : readInteger(der, r.end);
  return r === undefined || s === undefined || s.end !== der.length ? undefined : { r: r.value, s: s.value };
}

function readInteger(der: Buffer, at: number): { readonly value: bigint; readonly end: number } | undefined {
  const length = der[at + 1];
  if (der[at] !== 0x02 || length === undefined || length < 1 || length > 33) return undefined;
  const end = at + 2 + length;
  return end > der.length ? undefined : { value: fromBytes(der.subarray(at + 2, end)), end };
}

/** a·A + b·B, both scalars read bit by bit together. */
function twinMultiply(a: bigint, pointA: Point, b: bigint, pointB: Point): Point {
  const both = add(pointA, pointB);
  let result: Point = { x: 1n, y: 1n, z: 0n };
  for (let bit = 255n; bit >= 0n; bit--) {
    result = double(result);
    const inA = (a >> bit) & 1n;
    const inB = (b >> bit) & 1n;
    if (inA === 1n && inB === 1n) result = add(result, both);
    else if (inA === 1n) result = add(result, pointA);
    else if (inB === 1n) result = add(result, pointB);
  }
  return result;
}

/** Doubling on a curve with a = −3. */
function double({ x, y, z }: Point): Point {
  if (z === 0n || y === 0n) return { x: 1n, y: 1n, z: 0n };
  const yy = mod(y * y, P);
  const s = mod(4n * x * yy, P);
  const zz = mod(z * z, P);
  const m = mod(3n * (x - zz) * (x + zz), P);
  const doubledX = mod(m * m - 2n * s, P);
  return { x: doubledX, y: mod(m * (s - doubledX) - 8n * yy * yy, P), z: mod(2n * y * z, P) };
}

function add(a: Point, b: Point): Point {
  if (a.z === 0n) return b;
  if (b.z === 0n) return a;
  const azz = mod(a.z * a.z, P);
  const bzz = mod(b.z * b.z, P);
  const u = mod(a.x * bzz, P);
  const s = mod(a.y * b.z * bzz, P);
  const h = mod(b.x * azz - u, P);
  const r = mod(b.y * a.z * azz - s, P);
  if (h === 0n) return r === 0n ? double(a) : { x: 1n, y: 1n, z: 0n };
  const hh = mod(h * h, P);
  const hhh = mod(h * hh, P);
  const v = mod(u * hh, P);
  const x = mod(r * r - hhh - 2n * v, P);
  return { x, y: mod(r * (v - x) - s * hhh, P), z: mod(h * a.z * b.z, P) };
}

/** The inverse modulo a prime, by the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high] = [mod(value, modulus), modulus];
  let [lowFactor, highFactor] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [lowFactor, highFactor] = [highFactor - quotient * lowFactor, lowFactor];
  }
  return mod(lowFactor, modulus);
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function fromBytes(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function fromBase64Url(text: string | undefined): bigint {
  return fromBytes(Buffer.from(text ?? '', 'base64url'));
}
