import { createHash } from 'node:crypto';
import { asList, member } from './read-json.ts';

/** The media types of an OCI image (image-spec 1.1). */
export const OCI_MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const OCI_CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const OCI_LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

/** An image ready to be pushed: its manifest's bytes and the blobs that it names. */
export interface OciImage {
  readonly manifest: Buffer;
  /** Of the manifest: `sha256:…`. */
  readonly digest: string;
  readonly blobs: readonly Buffer[];
}

/** `sha256:` and the hexadecimal hash. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * A small real image, one file in one layer, always the same bytes for the same text. The layer is not
 * compressed: what a compressor writes differs between machines, and with it the digest would.
 */
export function buildImage(text: string): OciImage {
  const layer = tarOf('hello.txt', Buffer.from(text));
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      created: '2024-01-01T00:00:00Z',
      config: { Cmd: ['/bin/cat', '/hello.txt'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    }),
  );
  const descriptor = (mediaType: string, blob: Buffer) => ({ mediaType, digest: digestOf(blob), size: blob.length });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST_TYPE,
      config: descriptor(OCI_CONFIG_TYPE, config),
      layers: [descriptor(OCI_LAYER_TYPE, layer)],
    }),
  );
  return { manifest, digest: digestOf(manifest), blobs: [config, layer] };
}

/** The digests that a manifest names; undefined when it is no image manifest. */
export function blobsOf(manifest: unknown): string[] | undefined {
  const descriptors: unknown[] = [member(manifest, 'config'), ...(asList(member(manifest, 'layers')) ?? [undefined])];
  const digests = descriptors.map((descriptor) => member(descriptor, 'digest'));
  return digests.every((digest) => typeof digest === 'string') ? digests : undefined;
}

/** A ustar archive of one file, owned by root, dated at the epoch. */
function tarOf(name: string, content: Buffer): Buffer {
  const block = 512;
  const header = Buffer.alloc(block);
  const octal = (value: number, at: number, width: number): void =>
    void header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  header.write(name, 0, 'latin1');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  header.write('        0', 148, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    8,
  );
  const padded = Buffer.alloc(Math.ceil(content.length / block) * block);
  content.copy(padded);
  return Buffer.concat([header, padded, Buffer.alloc(2 * block)]);
}
