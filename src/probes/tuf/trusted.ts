import type { Metadata, MetaFile, Root, Snapshot, Targets, Timestamp } from '@tufjs/models';
import { ROLES, type RoleName, type RoleSeen } from './measured.ts';
import { endOf, keyIdsOf, readMetadata, type Delegator } from './metadata.ts';

/** What the client has taken so far at one address: every one of these was verified by tuf-js. */
export class Trusted {
  root: Metadata<Root>;
  timestamp: Metadata<Timestamp> | undefined;
  snapshot: Metadata<Snapshot> | undefined;
  /** By role, delegated ones beside `targets`. */
  readonly targets = new Map<string, Metadata<Targets>>();

  /** `pinned` has passed the schema. */
  constructor(pinned: string) {
    const root = readMetadata('root', Buffer.from(pinned));
    if (!root.ok) throw new Error(`a pinned root passed the schema, but is ${root.reason}`);
    this.root = root.value;
  }

  /** Keeps what the client has just taken. Verifies nothing: that was done. */
  take(role: string, bytes: Buffer): void {
    switch (role) {
      case 'root': {
        const read = readMetadata(role, bytes);
        if (read.ok) this.root = read.value;
        return;
      }
      case 'timestamp': {
        const read = readMetadata(role, bytes);
        if (read.ok) this.timestamp = read.value;
        return;
      }
      case 'snapshot': {
        const read = readMetadata(role, bytes);
        if (read.ok) this.snapshot = read.value;
        return;
      }
      default: {
        const read = readMetadata('targets', bytes);
        if (read.ok) this.targets.set(role, read.value);
      }
    }
  }

  /** Who says which keys may sign for a role. */
  delegatorOf(role: string): Delegator {
    if (ROLES.some((name) => name === role)) return this.root;
    return [...this.targets.values()].find((one) => keyIdsOf(one, role).length > 0) ?? this.root;
  }

  /** What already trusted metadata says of a role's file: its version, and often length and hashes. */
  promised(role: string): MetaFile | undefined {
    if (role === 'snapshot') return this.timestamp?.signed.snapshotMeta;
    const meta = this.snapshot?.signed.meta ?? {};
    return Object.hasOwn(meta, `${role}.json`) ? meta[`${role}.json`] : undefined;
  }

  /** Version and end of every top-level role that was taken. */
  seen(): Readonly<Partial<Record<RoleName, RoleSeen>>> {
    const { root, timestamp, snapshot } = this;
    const targets = this.targets.get('targets');
    return {
      root: roleSeen(root.signed),
      ...(timestamp !== undefined && { timestamp: roleSeen(timestamp.signed) }),
      ...(snapshot !== undefined && { snapshot: roleSeen(snapshot.signed) }),
      ...(targets !== undefined && { targets: roleSeen(targets.signed) }),
    };
  }
}

function roleSeen(signed: { readonly version: number; readonly expires: string }): RoleSeen {
  return { version: signed.version, expires: endOf(signed) };
}
