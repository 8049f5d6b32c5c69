import type { NameServer } from './dns.ts';
import type { KeyValueStore } from './key-value-store.ts';
import type { LoopbackServer } from './loopback-server.ts';
import type { Registry } from './registry.ts';
import type { MiniRekor } from './rekor.ts';
import type { ServerCertificate } from './server-certificate.ts';
import type { SigningService } from './signing-service.ts';
import { WORLD_NAMES } from './world-ports.ts';

/** The name of a way to break the world. */
export type SwitchId =
  | 'repoint-rekor'
  | 'rekor-other-key'
  | 'rekor-down'
  | 'store-401'
  | 'registry-read-only'
  | 'expire-certificate'
  | 'fill-workers';

/** A way to break the world, and to mend it again. Turning it to where it stands changes nothing. */
export interface WorldSwitch {
  readonly id: SwitchId;
  /** What happens, in a few words. */
  readonly title: string;
  /** What it looks like to a shallow check, and what a page should say. */
  readonly describe: string;
  readonly active: boolean;
  on(): Promise<void>;
  off(): Promise<void>;
}

/** What the switches reach into. */
export interface Breakable {
  readonly dns: NameServer;
  readonly rekor: MiniRekor;
  readonly impostor: LoopbackServer;
  readonly registry: Registry;
  readonly store: KeyValueStore;
  readonly signer: SigningService;
  readonly certificate: ServerCertificate;
}

/** The switches of a world. Each reads its position from the world itself, so none can disagree with it. */
export function worldSwitches(world: Breakable): readonly WorldSwitch[] {
  const { dns, rekor, impostor, registry, store, signer, certificate } = world;
  return [
    {
      id: 'repoint-rekor',
      title: 'Repoint Rekor’s name',
      describe:
        'The name leads to a host that answers 200 to everything. A port check stays green; no image can be signed, no deploy goes out.',
      get active() {
        const record = dns.get(WORLD_NAMES.rekor);
        return record.kind === 'addresses' && record.addresses.includes(impostor.host);
      },
      on: () => settled(() => dns.point(WORLD_NAMES.rekor, impostor.host)),
      off: () => settled(() => dns.point(WORLD_NAMES.rekor, rekor.server.host)),
    },
    {
      id: 'rekor-other-key',
      title: 'Put another Rekor behind the name',
      describe: 'A healthy Rekor answers, signing with another key. Only a pinned key tells them apart.',
      get active() {
        return rekor.fault === 'other-key';
      },
      on: () => settled(() => (rekor.fault = 'other-key')),
      off: () => settled(() => (rekor.fault = null)),
    },
    {
      id: 'rekor-down',
      title: 'Stop Rekor',
      describe: 'Connections are refused: the one fault that every check sees.',
      get active() {
        return !rekor.server.listening;
      },
      on: () => rekor.server.vanish(),
      off: () => rekor.server.comeBack(),
    },
    {
      id: 'store-401',
      title: 'Let the key-value store answer 401',
      describe:
        'A build from the wrong environment answers every read with a well-formed 401. Signing needs the policy that it holds.',
      get active() {
        return store.fault === 'unauthorized';
      },
      on: () => settled(() => (store.fault = 'unauthorized')),
      off: () => settled(() => (store.fault = null)),
    },
    {
      id: 'registry-read-only',
      title: 'Make the registry read-only',
      describe: 'Pulls work and its health is green; every push is 405, so deploys stop at their last step.',
      get active() {
        return registry.fault === 'read-only';
      },
      on: () => settled(() => (registry.fault = 'read-only')),
      off: () => settled(() => (registry.fault = null)),
    },
    {
      id: 'expire-certificate',
      title: 'Expire the signing service’s certificate',
      describe: 'It serves a certificate that ended a second ago. The process is well and nobody can talk to it.',
      get active() {
        return certificate.hasExpired;
      },
      on: () => settled(() => certificate.expire(Date.now())),
      off: () => settled(() => certificate.renew()),
    },
    {
      id: 'fill-workers',
      title: 'Fill the signing service’s workers',
      describe:
        'All ten workers are busy with one client’s requests. Its health check is green; signing waits for ever.',
      get active() {
        return signer.pool.filled;
      },
      on: () => settled(() => signer.pool.fill()),
      off: () => settled(() => signer.pool.release()),
    },
  ];
}

/** Mends whatever is broken, in the order of the list. */
export async function mendAll(switches: readonly WorldSwitch[]): Promise<void> {
  for (const one of switches) if (one.active) await one.off();
}

function settled(change: () => unknown): Promise<void> {
  change();
  return Promise.resolve();
}
