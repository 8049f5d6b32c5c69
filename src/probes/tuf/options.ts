import { z } from 'zod';
import { httpAuthField, httpUrl, networkFields, tlsFields } from '../net/fields.ts';
import { ROLES, type RoleName } from './measured.ts';
import { readMetadata, signedEnough } from './metadata.ts';

/** As tuf-js bounds it. */
const MAX_ROOT = 512_000;

/** The text of a root.json that is signed by itself. Its end does not matter: the mirror leads on from it. */
const pinnedRoot = z
  .string()
  .max(MAX_ROOT)
  .superRefine((text, context) => {
    const root = readMetadata('root', Buffer.from(text));
    const message = !root.ok
      ? `not a root.json, but ${root.reason}`
      : signedEnough(root.value, 'root', root.value)
        ? undefined
        : 'a root.json that is not signed by its own root keys';
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const days = z.number().min(0).max(3650);

/** Two days for the roles that are signed online and often, fifteen for those that take a ceremony: Sigstore's margins. */
const DEFAULT_DAYS: Readonly<Record<RoleName, number>> = { root: 15, timestamp: 2, snapshot: 2, targets: 15 };

const minDaysLeft = z
  .union([
    days,
    z.strictObject({
      root: days.default(DEFAULT_DAYS.root),
      timestamp: days.default(DEFAULT_DAYS.timestamp),
      snapshot: days.default(DEFAULT_DAYS.snapshot),
      targets: days.default(DEFAULT_DAYS.targets),
    }),
  ])
  .prefault({})
  .transform((given): Readonly<Record<RoleName, number>> =>
    typeof given === 'number' ? { root: given, timestamp: given, snapshot: given, targets: given } : given,
  );

const targetPath = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[\x21-\x7e]+$/, 'only printable ASCII characters, no blanks')
  .refine((path) => !/(?:^|\/)(?:\.{1,2})?(?:\/|$)/.test(path), 'not a path of a target; write it like a/b.json');

const baseUrl = httpUrl()
  .refine((url) => new URL(url).search === '', 'a base URL has no query')
  .transform((url) => url.replace(/\/+$/, ''));

/** The fields of a `tuf` probe. Without a pinned root there is none: a mirror that vouches for itself proves nothing. */
export const tufOptions = z.strictObject({
  url: baseUrl,
  root: pinnedRoot,
  targets: z.array(targetPath).max(20).default([]),
  targetsUrl: baseUrl.optional(),
  minDaysLeft,
  tls: tlsFields,
  auth: httpAuthField.optional(),
  ...networkFields,
});

/** What a `tuf` probe needs to know, parsed. */
export type TufOptions = z.output<typeof tufOptions>;

/** How many days the metadata of a role must still hold. */
export function daysWanted(options: TufOptions): readonly (readonly [RoleName, number])[] {
  return ROLES.map((role) => [role, options.minDaysLeft[role]] as const);
}
