import { Metadata, MetadataKind, type Root, type Snapshot, type Targets, type Timestamp } from '@tufjs/models';
import { malformed, parsed, type Parsed } from '../transparency/parsed.ts';
import type { RoleName } from './measured.ts';
import { parseTargetJson } from '../net/parse-json.ts';

/** What the metadata of each role is about. */
export interface SignedByRole {
  readonly root: Root;
  readonly timestamp: Timestamp;
  readonly snapshot: Snapshot;
  readonly targets: Targets;
}

/** Metadata that may name the keys of others. */
export type Delegator = Metadata<Root> | Metadata<Targets>;

/** Reads a role's metadata; verifies nothing. */
export function readMetadata<Role extends RoleName>(role: Role, bytes: Buffer): Parsed<Metadata<SignedByRole[Role]>> {
  let json: unknown;
  try {
    json = parseTargetJson(bytes.toString('utf8'));
  } catch {
    return malformed('no JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return malformed('no JSON object');
  try {
    return parsed(asMetadata(role, json) as Metadata<SignedByRole[Role]>);
  } catch {
    return malformed(`JSON without what signed metadata of the role ${role} has`);
  }
}

function asMetadata(role: RoleName, json: object): Metadata<Root | Timestamp | Snapshot | Targets> {
  const data = json as Parameters<typeof Metadata.fromJSON>[1];
  switch (role) {
    case 'root':
      return Metadata.fromJSON(MetadataKind.Root, data);
    case 'timestamp':
      return Metadata.fromJSON(MetadataKind.Timestamp, data);
    case 'snapshot':
      return Metadata.fromJSON(MetadataKind.Snapshot, data);
    case 'targets':
      return Metadata.fromJSON(MetadataKind.Targets, data);
  }
}

/** Whether as many keys as are wanted have signed. `role`: as the delegator names it. */
export function signedEnough(
  delegator: Delegator,
  role: string,
  signed: Metadata<Root | Timestamp | Snapshot | Targets>,
): boolean {
  try {
    delegator.verifyDelegate(role, signed);
    return true;
  } catch {
    return false;
  }
}

/** Whether any of the keys that the delegator names for a role is named as a signer, well or badly. */
export function namesKnownKey(delegator: Delegator, role: string, signed: { readonly signatures: object }): boolean {
  return keyIdsOf(delegator, role).some((id) => Object.hasOwn(signed.signatures, id));
}

/** The ids of the keys that may sign for a role. */
export function keyIdsOf({ signed }: Delegator, role: string): readonly string[] {
  if (signed.type === MetadataKind.Root) return signed.roles[role]?.keyIDs ?? [];
  const { delegations } = signed;
  return delegations?.roles?.[role]?.keyIDs ?? delegations?.succinctRoles?.keyIDs ?? [];
}

/** When metadata ends, in milliseconds; 0 where it does not say so in a way that can be read. */
export function endOf(signed: { readonly expires: string }): number {
  const end = Date.parse(signed.expires);
  return Number.isNaN(end) ? 0 : end;
}
