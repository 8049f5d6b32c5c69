import { createHash } from 'node:crypto';
import { fromBase64 } from './encoding.ts';
import { logKeyFromSpki, verifySignature, type LogKey } from './log-key.ts';
import { malformed, parsed, type Parsed } from './parsed.ts';

/** One line of signature under a note. `hint` is the key's first four bytes of identity, as 8 hex digits. */
export interface NoteSignature {
  readonly name: string;
  readonly hint: string;
  readonly signature: Buffer;
}

/** A text and who signed it. `text` includes its final newline: that is what is signed. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A key that may have signed a note. `name: null`: the signer's name is not looked at. */
export interface NoteVerifier {
  readonly name: string | null;
  readonly hint: string;
  readonly key: LogKey;
}

/** Who a note is by, as far as the given verifiers can tell. */
export type NoteVerdict =
  | { readonly kind: 'verified'; readonly by: NoteVerifier }
  /** None of the signatures is by a key that was given: somebody else's note. */
  | { readonly kind: 'unknown-key'; readonly signers: readonly NoteSignature[] }
  /** It says that a given key signed it, and that is not so: an altered note. */
  | { readonly kind: 'bad-signature'; readonly by: NoteVerifier };

const MAX_NOTE_LENGTH = 16_384;
const MAX_SIGNATURES = 100;
const HINT_BYTES = 4;
/** A key's name: no white space, no plus sign. */
const SIGNATURE_LINE = /^\u2014 ([^\s+]{1,256}) ([A-Za-z0-9+/]+={0,2})$/;
// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not stand in a note
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const ED25519_SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_TYPE = 0x01;
const ECDSA_TYPE = 0x02;

/**
 * Parses a C2SP signed note: text that ends in a newline, an empty line, and one or more lines
 * `— <name> base64(hint ‖ signature)`. Strict, and bounded in every direction.
 */
export function parseSignedNote(raw: string): Parsed<SignedNote> {
  if (raw.length > MAX_NOTE_LENGTH) return malformed(`a note of ${raw.length} characters`);
  if (!raw.isWellFormed() || CONTROL.test(raw)) return malformed('a note with control or broken characters');
  const cut = raw.lastIndexOf('\n\n');
  if (cut < 0) return malformed('no empty line between text and signatures');
  if (cut === 0) return malformed('no text above the signatures');
  if (!raw.endsWith('\n')) return malformed('no newline after the last signature');
  const lines = raw.slice(cut + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return malformed(`${lines.length} signatures`);
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = base64 === undefined ? undefined : fromBase64(base64);
    if (name === undefined || bytes === undefined || bytes.length <= HINT_BYTES)
      return malformed('a signature line that is not "— name base64"');
    signatures.push({
      name,
      hint: bytes.subarray(0, HINT_BYTES).toString('hex'),
      signature: bytes.subarray(HINT_BYTES),
    });
  }
  return parsed({ text: raw.slice(0, cut + 1), signatures });
}

/**
 * Says whether one of the given keys signed the note. Signatures by other keys are ignored, but one that
 * names a given key and does not verify spoils the note, whatever else stands under it.
 */
export function openNote(note: SignedNote, verifiers: readonly NoteVerifier[]): NoteVerdict {
  const text = Buffer.from(note.text, 'utf8');
  let verified: NoteVerifier | undefined;
  for (const line of note.signatures) {
    const by = verifiers.find((v) => v.hint === line.hint && (v.name === null || v.name === line.name));
    if (by === undefined) continue;
    if (!verifySignature(by.key, text, line.signature)) return { kind: 'bad-signature', by };
    verified ??= by;
  }
  return verified === undefined
    ? { kind: 'unknown-key', signers: note.signatures }
    : { kind: 'verified', by: verified };
}

/**
 * The verifier of a Rekor v1 log: the hint is SHA-256(SPKI)[:4], and the name, by default that of the pod
 * the server runs in, is not looked at.
 */
export function rekorVerifier(key: LogKey): NoteVerifier {
  return { name: null, hint: key.fingerprint.slice(0, 2 * HINT_BYTES), key };
}

/**
 * The verifier of a log that signs under its own name, as Rekor v2 and every C2SP log does: the name is the
 * checkpoint's origin, and the hint is SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)[:4] for Ed25519, SHA-256(SPKI)[:4] for
 * ECDSA.
 */
export function namedVerifier(name: string, key: LogKey): NoteVerifier {
  return { name, hint: hintOf(name, key), key };
}

/**
 * The verifier that a vkey `name+hint+base64(type ‖ key)` describes: C2SP signed-note for Ed25519 (type 0x01, the
 * 32 bytes of the key), and for ECDSA (type 0x02) the DER of its SubjectPublicKeyInfo.
 */
export function verifierFromVkey(vkey: string): Parsed<NoteVerifier & { readonly name: string }> {
  // The key's base64 may hold plus signs, the name may not.
  const [, name, hint, base64] = /^([^\s+]{1,256})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{1,512}={0,2})$/.exec(vkey) ?? [];
  if (name === undefined || hint === undefined || base64 === undefined) return malformed('not name+hint+key');
  const typed = fromBase64(base64);
  const key = typed === undefined ? malformed('not base64') : keyOfType(typed);
  if (!key.ok) return key;
  const expected = hintOf(name, key.value);
  if (hint !== expected) return malformed(`key hint ${hint} is not that of the key, ${expected}`);
  return parsed({ name, hint, key: key.value });
}

function keyOfType(typed: Buffer): Parsed<LogKey> {
  const [type, bytes] = [typed[0], typed.subarray(1)];
  if (type === ED25519_TYPE && bytes.length === 32) return logKeyFromSpki(Buffer.concat([ED25519_SPKI_PREFIX, bytes]));
  const key = type === ECDSA_TYPE ? logKeyFromSpki(bytes) : malformed('of another type');
  return key.ok && key.value.algorithm === 'ecdsa-p256' ? key : malformed('neither an Ed25519 nor an ECDSA P-256 key');
}

function hintOf(name: string, { algorithm, spki, fingerprint }: LogKey): string {
  switch (algorithm) {
    case 'ecdsa-p256':
      return fingerprint.slice(0, 2 * HINT_BYTES);
    case 'ed25519':
      return createHash('sha256')
        .update(`${name}\n`)
        .update(Buffer.of(ED25519_TYPE))
        .update(spki.subarray(ED25519_SPKI_PREFIX.length))
        .digest('hex')
        .slice(0, 2 * HINT_BYTES);
  }
}
