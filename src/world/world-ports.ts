/**
 * Where the demo's world listens, all on 127.0.0.1, so that a configuration can name it. This is the only
 * place that says so; `config/tocsin.yaml` repeats the numbers, and a test compares the two. The impostor
 * listens on Rekor's port at another loopback address.
 */
export const FIXED_PORTS = {
  dns: 9710,
  rekor: 9711,
  registry: 9712,
  store: 9713,
  signer: 9714,
  pipeline: 9715,
  control: 9716,
} as const;

/** A server of the world. */
export type WorldServer = keyof typeof FIXED_PORTS;

/** The names that the world's name server knows, and that its services call each other by. */
export const WORLD_NAMES = {
  rekor: 'rekor.corp.test',
  registry: 'registry.corp.test',
  store: 'store.corp.test',
  signer: 'dis.corp.test',
  pipeline: 'cd.corp.test',
} as const;
