import { z } from 'zod';
import { secret } from '../../ports/fields.ts';
import { byteCount, httpUrl, networkFields, tlsFields } from '../net/fields.ts';
import { isDigest } from './digest.ts';

/** OCI distribution-spec 1.1, "Pulling manifests". */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

const digest = z.string().refine(isDigest, 'not a digest; write it like sha256: and 64 hexadecimal digits');

/** The root of a registry. What is below it, `/v2/` and all, is the protocol's. */
const registry = httpUrl()
  .refine(
    (text) => !URL.canParse(text) || /^\/?$/.test(new URL(text).pathname + new URL(text).search),
    'only scheme, host and port; the path belongs in repository',
  )
  .transform((text) => text.replace(/\/+$/, ''));

const text = () => z.string().min(1).max(1000);

/** The fields of an `oci` probe. */
export const ociOptions = z
  .strictObject({
    registry: registry.meta({ description: 'scheme, host and port' }),
    repository: z
      .string()
      .max(255)
      .regex(REPOSITORY, 'not the name of a repository; write it like team/app')
      .meta({ description: 'what is pulled from, and pushed to' }),
    reference: z
      .string()
      .refine((given) => TAG.test(given) || isDigest(given), 'neither a tag nor a digest')
      .optional()
      .meta({ description: 'the tag or digest to pull; default: the pinned digest' }),
    digest: z
      .union([digest, z.array(digest).min(1).max(20)])
      .transform((given): readonly string[] => (Array.isArray(given) ? given : [given]))
      .optional()
      .meta({ description: 'what the reference must lead to: one digest, or a list of those that may' }),
    platform: z
      .string()
      .regex(/^[a-z0-9]{1,40}\/[a-z0-9_]{1,40}(?:\/[a-z0-9]{1,40})?$/, 'not a platform; write it like linux/arm64')
      .default('linux/amd64')
      .meta({ description: 'which image of an index to pull' }),
    username: text().optional().meta({ description: 'sent to the realm, or to a registry that wants a password' }),
    password: secret().optional().meta({ description: 'its password' }),
    realm: text().optional().meta({
      description: 'where the registry must send whoever logs in; without it, credentials go to no host but its own',
    }),
    service: text().optional().meta({ description: 'the service that it must ask tokens for' }),
    depth: z.enum(['manifest', 'blobs']).default('blobs').meta({ description: 'how far to pull' }),
    maxBytes: byteCount()
      .default(8 * 1_048_576)
      .meta({
        description: 'how many bytes of blobs a run hashes, smallest blobs first; of the others it reads a byte',
      }),
    follow: z
      .enum(['same-host', 'never', 'any'])
      .default('same-host')
      .meta({ description: 'which redirects of content to follow; `any` where blobs lie in an object store' }),
    signature: z
      .boolean()
      .default(false)
      .meta({ description: 'a signature must be there, under its tag or as a referrer' }),
    upload: z.boolean().default(false).meta({ description: 'begin an upload and cancel it' }),
    harbor: z.boolean().default(false).meta({ description: "warn of what Harbor's own health page calls ill" }),
    tls: tlsFields,
    ...networkFields,
  })
  .superRefine((options, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (options.reference === undefined && options.digest?.length !== 1) {
      issue('reference', 'say which tag or digest to pull');
    }
    if (options.username !== undefined && options.password === undefined) issue('password', 'a username needs one');
    if (options.password !== undefined && options.username === undefined) issue('username', 'a password needs one');
    if (options.username?.includes(':') === true) issue('username', 'cannot hold a colon');
  });

/** What an `oci` probe needs to know, parsed. */
export type OciOptions = z.output<typeof ociOptions>;

/** The tag or digest that is pulled: the pinned digest where nothing else was said. */
export function referenceOf(options: OciOptions): string {
  return options.reference ?? options.digest?.[0] ?? 'latest';
}

/** Harbor's and Docker's words for it: what a consumer that pulls, or pushes, asks a token for. */
export function scopeOf(options: Pick<OciOptions, 'repository'>, actions: readonly string[]): string {
  return `repository:${options.repository}:${actions.join(',')}`;
}
