import { ask, headerOf, MAX_REFUSAL_BYTES, type Access, type Asked, type Errand } from './ask.ts';
import { digestOf, isDigest } from './digest.ts';
import {
  jsonIn,
  MANIFEST_TYPES,
  MAX_MANIFEST_BYTES,
  parseManifest,
  type Descriptor,
  type Manifest,
} from './manifest.ts';
import type { Answer, BlobAnswer, ManifestAnswer, SignatureAnswers } from './measured.ts';
import { z } from 'zod';

/** More blobs than this are not asked for in a run; the smallest come first. */
const MAX_BLOBS = 32;
const ACCEPT = MANIFEST_TYPES.join(', ');

/** Where the content of the repository is served. */
function contentUrl(errand: Errand, what: 'manifests' | 'blobs' | 'referrers', reference: string): string {
  return `${errand.options.registry}/v2/${errand.options.repository}/${what}/${reference}`;
}

/** What the registry says of a manifest without giving it: how clients turn a tag into a digest. */
export async function headManifest(
  reference: string,
  access: Access,
  address: string,
  errand: Errand,
): Promise<Answer> {
  const url = contentUrl(errand, 'manifests', reference);
  const question = { url, method: 'HEAD', access, accept: ACCEPT, maxBytes: MAX_REFUSAL_BYTES } as const;
  return (await ask({ ...question, follow: errand.options.follow }, address, errand)).answer;
}

/** A manifest's bytes, hashed, and what it leads to. */
export async function getManifest(
  reference: string,
  access: Access,
  address: string,
  errand: Errand,
): Promise<{ readonly answer: ManifestAnswer; readonly manifest?: Manifest }> {
  const url = contentUrl(errand, 'manifests', reference);
  const { follow } = errand.options;
  const asked = await ask({ url, access, accept: ACCEPT, follow, maxBytes: MAX_MANIFEST_BYTES }, address, errand);
  const byDigest = isDigest(reference) ? { asked: reference } : {};
  const answer: ManifestAnswer = { ...asked.answer, ...byDigest, ...hashed(asked, reference) };
  const manifest = answer.digest === undefined ? undefined : parseManifest(asked.body);
  if (manifest === undefined) return { answer };
  const names = manifest.kind === 'image' ? manifest.blobs.length : manifest.manifests.length;
  return { answer: { ...answer, content: { kind: manifest.kind, names } }, manifest };
}

/** A blob that is to be asked for, and whether whole. */
export interface PlannedBlob {
  readonly blob: Descriptor;
  readonly whole: boolean;
}

/**
 * Which blobs are asked for: the smallest whole, as long as they fit into so many bytes together, and of the
 * others only the first byte, which a registry that lost them cannot give either.
 */
export function planBlobs(blobs: readonly Descriptor[], bytes: number): readonly PlannedBlob[] {
  let room = bytes;
  return blobs
    .toSorted((a, b) => a.size - b.size)
    .slice(0, MAX_BLOBS)
    .map((blob) => {
      const whole = blob.size <= room;
      if (whole) room -= blob.size;
      return { blob, whole };
    });
}

/** A blob, hashed whole or only begun. */
export async function getBlob(
  { blob, whole }: PlannedBlob,
  access: Access,
  address: string,
  errand: Errand,
): Promise<BlobAnswer> {
  const asked = await ask(
    {
      url: contentUrl(errand, 'blobs', blob.digest),
      access,
      headers: whole ? {} : { range: 'bytes=0-0' },
      follow: errand.options.follow,
      // Room for a refusal in any case: a small blob's is longer than the blob.
      maxBytes: whole ? Math.max(blob.size, MAX_REFUSAL_BYTES) : MAX_REFUSAL_BYTES,
    },
    address,
    errand,
  );
  const about = { asked: blob.digest, size: blob.size, whole, length: asked.body.length };
  return whole ? { ...asked.answer, ...about, ...hashed(asked, blob.digest) } : { ...asked.answer, ...about };
}

const referrersShape = z.object({
  manifests: z.array(z.object({ artifactType: z.string().max(255).optional() })).max(1000),
});
const MAX_REFERRERS_BYTES = 1_048_576;
const MAX_TYPES = 20;

/**
 * Looks for a signature of a manifest where signing tools put them: under cosign's tag, else among the referrers
 * (distribution-spec 1.1, "Listing Referrers"), which older registries do not have.
 */
export async function lookForSignature(
  digest: string,
  access: Access,
  address: string,
  errand: Errand,
): Promise<SignatureAnswers> {
  const tag = await headManifest(`${digest.replace(':', '-')}.sig`, access, address, errand);
  if (tag.status !== 404) return { tag };
  const url = contentUrl(errand, 'referrers', digest);
  const { follow } = errand.options;
  const asked = await ask(
    { url, access, accept: MANIFEST_TYPES[1], follow, maxBytes: MAX_REFERRERS_BYTES },
    address,
    errand,
  );
  const listed = asked.answer.status === 200 ? referrersShape.safeParse(jsonIn(asked.body)).data : undefined;
  const types = listed?.manifests.map(({ artifactType }) => artifactType ?? '');
  return {
    tag,
    referrers: {
      ...asked.answer,
      ...(types !== undefined && { artifactTypes: [...new Set(types)].slice(0, MAX_TYPES) }),
    },
  };
}

/** Nothing is hashed that is not whole and not content. */
function hashed({ answer, exchange, body }: Asked, like: string): { digest?: string; length?: number } {
  if (answer.status !== 200 || exchange.stopped !== undefined) return {};
  const said = headerOf(exchange, 'docker-content-digest');
  return { digest: digestOf(body, isDigest(like) ? like : said), length: body.length };
}
