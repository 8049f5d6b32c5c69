import { z } from 'zod';
import { isDigest } from './digest.ts';
import { parseTargetJson } from '../net/parse-json.ts';

/** What a registry is told that we understand: without the right one it says that there is nothing. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const;

/** The most that is read of a manifest: what registries must at least take (distribution-spec, "Pushing manifests"). */
export const MAX_MANIFEST_BYTES = 4 * 1_048_576;
const MAX_DESCRIPTORS = 1000;

const descriptorShape = z.object({
  mediaType: z.string().max(255).default(''),
  digest: z.string().refine(isDigest, 'not a digest'),
  size: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  artifactType: z.string().max(255).optional(),
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
});

/** What names a piece of content: its digest and its size. */
export type Descriptor = z.output<typeof descriptorShape>;

const descriptors = z.array(descriptorShape).max(MAX_DESCRIPTORS);
const imageShape = z.object({ mediaType: z.string().optional(), config: descriptorShape, layers: descriptors });
const indexShape = z.object({ mediaType: z.string().optional(), manifests: descriptors });

/** A manifest, as far as it leads on: to the blobs of an image, or to the manifests of an index. */
export type Manifest =
  | { readonly kind: 'image'; readonly blobs: readonly Descriptor[] }
  | { readonly kind: 'index'; readonly manifests: readonly Descriptor[] };

/** A manifest from its bytes; undefined where they are none. */
export function parseManifest(body: Uint8Array): Manifest | undefined {
  const json = jsonIn(body);
  const image = imageShape.safeParse(json).data;
  if (image !== undefined) return { kind: 'image', blobs: distinct([image.config, ...image.layers].filter(isServed)) };
  const index = indexShape.safeParse(json).data;
  return index === undefined ? undefined : { kind: 'index', manifests: index.manifests };
}

/** The manifest of an index that a consumer of that platform pulls; the first that is no attestation where none is. */
export function childFor(manifests: readonly Descriptor[], platform: string): Descriptor | undefined {
  const [os, architecture, variant] = platform.split('/');
  const ofPlatform = manifests.find(
    ({ platform: its }) =>
      its?.os === os && its?.architecture === architecture && (variant === undefined || its?.variant === variant),
  );
  return ofPlatform ?? manifests.find(({ platform: its }) => its?.os !== 'unknown') ?? manifests[0];
}

/** JSON from bytes; undefined where they are none. */
export function jsonIn(body: Uint8Array): unknown {
  try {
    return parseTargetJson(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Layers that may not be distributed lie elsewhere, and no registry has to have them. */
function isServed({ mediaType }: Descriptor): boolean {
  return !/nondistributable|rootfs\.foreign/.test(mediaType);
}

function distinct(given: readonly Descriptor[]): readonly Descriptor[] {
  return [...new Map(given.map((one) => [one.digest, one])).values()];
}
