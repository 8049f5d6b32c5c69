import { printable } from '../../ports/printable.ts';
import type { Finding } from '../judging/judgement.ts';
import { isDigest, shortDigest } from './digest.ts';
import type { BlobAnswer, ManifestAnswer, Visit } from './measured.ts';
import { referenceOf, type OciOptions } from './options.ts';
import { describe, interruption, refusal } from './refusal.ts';

/** Where signing tools say that a referrer is a signature. */
const SIGNATURE_TYPES: readonly RegExp[] = [
  /^application\/vnd\.dev\.cosign\.artifact\.sig\./,
  /^application\/vnd\.dev\.sigstore\.bundle/,
  /^application\/vnd\.cncf\.notary\.signature$/,
];

/** What is wrong with the manifest: not there, not itself, or nothing that can be pulled. */
export function manifestFinding(visit: Visit, options: OciOptions): Finding | undefined {
  const { head, manifest, child, access } = visit;
  if (head === undefined) return undefined;
  const stopped = interruption('manifest', head);
  if (stopped !== undefined) return stopped;
  if (manifest === undefined) return undefined;
  const given = contentFinding(manifest, access, head.status === 200);
  if (given !== undefined) return given;
  // Clients that ask HEAD first get no further, however good the GET is.
  const headRefused = refusal('manifest', head, 200, access);
  if (headRefused !== undefined) return headRefused;
  return namedDigestFinding(manifest, options) ?? platformFinding(manifest, child, options, access);
}

/** Whether what the reference leads to is what was pinned. */
export function pinFinding({ manifest }: Visit, options: OciOptions): Finding | undefined {
  const digest = manifest?.digest;
  if (options.digest === undefined || manifest === undefined || digest === undefined) return undefined;
  if (options.digest.includes(digest)) return undefined;
  const pinned = options.digest.join(' or ');
  return {
    step: 'pinned digest',
    class: 'semantic.wrong_value',
    message: `${manifest.request}: ${referenceOf(options)} is ${digest}, pinned is ${pinned}`,
    expected: pinned,
    got: digest,
  };
}

/** What is wrong with the blobs: the first that cannot be had, or is not what its digest says. */
export function blobsFinding({ blobs = [], access }: Visit): Finding | undefined {
  for (const blob of blobs) {
    const finding = blobFinding(blob, access);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** What is wrong with the signature: none where signing tools look for one. */
export function signatureFinding({ signature, manifest, access }: Visit): Finding | undefined {
  if (signature === undefined) return undefined;
  const { tag, referrers } = signature;
  const stopped = interruption('signature', tag);
  if (stopped !== undefined) return stopped;
  if (tag.status === 200) return undefined;
  if (tag.status !== 404 || referrers === undefined) return refusal('signature', tag, 200, access);
  const interrupted = interruption('signature', referrers);
  if (interrupted !== undefined) return interrupted;
  const types = referrers.artifactTypes ?? [];
  if (types.some((type) => SIGNATURE_TYPES.some((known) => known.test(type)))) return undefined;
  // 404 is a registry without that interface, as 2.8 is one: then there is only the tag.
  if (referrers.status !== 200 && referrers.status !== 404) return refusal('signature', referrers, 200, access);
  const got =
    referrers.status === 404
      ? 'no tag, and no list of referrers'
      : `referrers: ${printable(types.join(', '), 300) || 'none'}`;
  return {
    step: 'signature',
    class: 'semantic.missing',
    message: `${tag.request}: no signature of ${shortDigest(manifest?.digest ?? '')}: ${got}`,
    expected: "cosign's tag, or a referrer that is a signature",
    got,
  };
}

/** Whether a manifest could be had, whole, and is the one that was asked for. `named`: the registry has named it. */
function contentFinding(answer: ManifestAnswer, access: Visit['access'], named: boolean): Finding | undefined {
  if (answer.stopped !== undefined && answer.status === 200) return interruption('manifest', answer);
  if (answer.stopped !== undefined && answer.stopped.at !== 'body') return interruption('manifest', answer);
  if (answer.status === 404 && named && answer.asked !== undefined) {
    return {
      step: 'manifest',
      class: 'integrity.blob_missing',
      message: `${answer.request}: answered ${describe(answer)}, though the registry names it`,
      expected: `the manifest ${answer.asked}`,
      got: describe(answer),
    };
  }
  const refused = refusal('manifest', answer, 200, access);
  if (refused !== undefined) return refused;
  return digestFinding('manifest', answer, answer.asked) ?? saidDigestFinding(answer) ?? malformedFinding(answer);
}

function blobFinding(blob: BlobAnswer, access: Visit['access']): Finding | undefined {
  const { stopped, status, size, whole } = blob;
  const about = `${blob.request}: blob of ${size} bytes`;
  const tooLong = stopped?.class === 'protocol.too_large';
  if (endedWithoutContent(blob)) {
    const got = `status ${status} and the headers, but not one byte`;
    const message = `${about}: ${got} before the connection was closed`;
    return { step: 'blobs', class: 'integrity.blob_missing', message, expected: `the blob ${blob.asked}`, got };
  }
  if (stopped !== undefined && !tooLong) return interruption('blobs', blob);
  if (status === 404) {
    return {
      step: 'blobs',
      class: 'integrity.blob_missing',
      message: `${about}: answered ${describe(blob)}, though the manifest names it`,
      expected: `the blob ${blob.asked}`,
      got: describe(blob),
    };
  }
  // A registry may not know ranges, and begin to send all of it.
  if (!whole && (status === 206 || status === 200)) return undefined;
  const refused = refusal('blobs', blob, 200, access);
  if (refused !== undefined) return refused;
  if (!tooLong) return digestFinding('blobs', blob, blob.asked);
  const got = `more than ${size} bytes`;
  const message = `${about}: ${got} came`;
  return { step: 'blobs', class: 'integrity.digest_mismatch', message, expected: blob.asked, got };
}

/** A registry that remembers a blob's size, and finds only then that the bytes are gone, breaks off like this. */
function endedWithoutContent({ stopped, status, size, length }: BlobAnswer): boolean {
  if (stopped?.at !== 'body' || (status !== 200 && status !== 206) || size === 0 || length !== 0) return false;
  return stopped.class === 'connect.reset' || stopped.class === 'protocol.malformed';
}

/** The bytes themselves, hashed: the header that names their digest is right also where they are wrong. */
function digestFinding(
  step: 'manifest' | 'blobs',
  answer: ManifestAnswer | BlobAnswer,
  asked: string | undefined,
): Finding | undefined {
  if (asked === undefined || answer.digest === asked) return undefined;
  const got = `${answer.length ?? 0} bytes with ${answer.digest ?? 'no digest'}`;
  const header = answer.saidDigest === asked ? ', and the header says that it is right' : '';
  return {
    step,
    class: 'integrity.digest_mismatch',
    message: `${answer.request}: came as ${got}${header}`,
    expected: asked,
    got,
  };
}

function saidDigestFinding(answer: ManifestAnswer): Finding | undefined {
  const said = answer.saidDigest;
  if (said === undefined || !isDigest(said) || said === answer.digest) return undefined;
  const got = `${answer.length ?? 0} bytes with ${answer.digest ?? 'no digest'}`;
  const message = `${answer.request}: the header says ${said}, came ${got}`;
  return { step: 'manifest', class: 'integrity.digest_mismatch', message, expected: said, got };
}

function malformedFinding(answer: ManifestAnswer): Finding | undefined {
  if (answer.content !== undefined) return undefined;
  const got = `${answer.length ?? 0} bytes of ${printable(answer.contentType ?? 'no type', 100)}`;
  const message = `${answer.request}: answered 200, but with no manifest (${got})`;
  return { step: 'manifest', class: 'protocol.malformed', message, expected: 'an image manifest or an index', got };
}

/** Where the reference is a digest, it is the one to have, whatever HEAD said. */
function namedDigestFinding(manifest: ManifestAnswer, options: OciOptions): Finding | undefined {
  const reference = referenceOf(options);
  return isDigest(reference) ? digestFinding('manifest', manifest, reference) : undefined;
}

function platformFinding(
  manifest: ManifestAnswer,
  child: ManifestAnswer | undefined,
  options: OciOptions,
  access: Visit['access'],
): Finding | undefined {
  if (manifest.content?.kind !== 'index') return undefined;
  if (manifest.content.names === 0) {
    const message = `${manifest.request}: the index holds no manifest`;
    return { step: 'manifest', class: 'semantic.missing', message, expected: options.platform, got: 'none' };
  }
  if (child === undefined) return undefined;
  const given = contentFinding(child, access, true);
  if (given !== undefined || child.content?.kind !== 'index') return given;
  const message = `${child.request}: an index within an index, which is not followed`;
  return { step: 'manifest', class: 'semantic.unsupported', message, expected: 'an image manifest', got: 'an index' };
}

/** How many blobs of how many were hashed, for people. */
export function showBlobs(visit: Visit): string {
  const blobs = visit.blobs ?? [];
  const whole = blobs.filter((blob) => blob.whole);
  const bytes = whole.reduce((sum, blob) => sum + (blob.length ?? 0), 0);
  const named = (visit.child ?? visit.manifest)?.content?.names ?? blobs.length;
  const begun = blobs.length - whole.length;
  const rest = begun === 0 ? '' : `, ${begun} begun`;
  return `${whole.length} of ${named} hashed (${bytes} bytes)${rest}`;
}
