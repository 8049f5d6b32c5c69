/**
 * What one room under src/ may reach. A room always may import itself; everything that is not listed here is
 * refused by the rule `tocsin/walls`.
 */
export interface Room {
  /** Other rooms that it may import. */
  readonly rooms: readonly string[];
  /** Other rooms of which it may import types, and nothing that runs. */
  readonly typesOf?: readonly string[];
  /** npm packages by name; their subpaths are included. */
  readonly packages: readonly string[] | 'any';
  /** Node's built-in modules, always with the `node:` prefix; their subpaths are included. */
  readonly builtins: readonly string[] | 'any';
  /**
   * A pure room has no clock, no randomness, no environment, no locale and no I/O even through globals: what it
   * needs of them is passed in. Held by the rule `tocsin/pure`.
   */
  readonly pure: boolean;
}

/** The house: every room, and who may import whom. docs/decisions/0001 says why. */
export const rooms: Readonly<Record<string, Room>> = {
  model: { rooms: [], packages: [], builtins: [], pure: true },
  core: { rooms: ['model'], packages: [], builtins: [], pure: true },
  ports: { rooms: ['model'], packages: ['zod'], builtins: [], pure: true },
  config: {
    rooms: ['model', 'core', 'ports'],
    packages: ['zod', 'yaml', '@marcbachmann/cel-js', 're2js'],
    builtins: ['node:crypto'],
    pure: true,
  },
  probes: { rooms: ['model', 'ports'], packages: 'any', builtins: 'any', pure: false },
  channels: { rooms: ['model', 'ports'], packages: 'any', builtins: 'any', pure: false },
  log: { rooms: ['model', 'ports'], packages: 'any', builtins: 'any', pure: false },
  telemetry: { rooms: ['model', 'ports'], packages: 'any', builtins: 'any', pure: false },
  daemon: {
    rooms: ['model', 'core', 'ports'],
    packages: ['node-cron'],
    builtins: ['node:timers', 'node:events', 'node:perf_hooks', 'node:worker_threads'],
    pure: false,
  },
  world: { rooms: ['model'], packages: 'any', builtins: 'any', pure: false },
  api: {
    rooms: ['model', 'core', 'ports'],
    packages: ['fastify', '@fastify/helmet', '@fastify/rate-limit', '@fastify/static'],
    // To compare tokens in constant time, and to read the page's document.
    builtins: ['node:crypto', 'node:fs/promises'],
    pure: false,
  },
  web: {
    rooms: [],
    typesOf: ['api'],
    packages: ['preact', '@preact/signals', 'uplot', '@dagrejs/dagre'],
    builtins: [],
    pure: false,
  },
  cli: {
    rooms: ['model', 'core', 'app', 'world'],
    packages: ['commander'],
    // The terminal: arguments, prompts, colours, and the paths that a user names.
    builtins: ['node:process', 'node:readline', 'node:tty', 'node:util', 'node:path'],
    pure: false,
  },
  app: {
    rooms: ['model', 'core', 'config', 'ports', 'probes', 'channels', 'log', 'telemetry', 'daemon', 'world', 'api'],
    packages: [],
    builtins: 'any',
    pure: false,
  },
};
