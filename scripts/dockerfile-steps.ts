import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/*
 * Follows a Dockerfile without an engine: each stage is an empty folder instead of an image, COPY copies what
 * .dockerignore lets through, RUN runs there. Users, ports and layers are not simulated.
 */

/** One instruction, continuation lines joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** What following the steps gave. */
export interface FollowedImage {
  /** Stands for `/` of the last stage. */
  readonly root: string;
  /** The last WORKDIR, as written. */
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/** The instructions of a Dockerfile in order, comments left out. */
export function instructionsOf(dockerfile: string): Instruction[] {
  return dockerfile
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(/\s+/);
      return { name: name.toUpperCase(), text: rest.join(' ') };
    });
}

/**
 * Follows all steps.
 *
 * @param context the folder that would be the build context, with Dockerfile and .dockerignore
 * @param scratch an empty folder; every stage becomes a folder in it
 * @throws where a step fails, a file is missing from the context, or an instruction is unknown
 */
export function followDockerfile(context: string, scratch: string): FollowedImage {
  let stage = { root: scratch, workdir: '/' };
  const stages = new Map<string, string>();
  const exec = { ENTRYPOINT: [] as string[], CMD: [] as string[], HEALTHCHECK: [] as string[] };

  for (const { name, text } of instructionsOf(readFileSync(path.join(context, 'Dockerfile'), 'utf8'))) {
    switch (name) {
      case 'FROM': {
        const as = /\sas\s+(\S+)$/i.exec(text)?.[1] ?? `stage-${String(stages.size)}`;
        stage = { root: path.join(scratch, as), workdir: '/' };
        stages.set(as, stage.root);
        mkdirSync(stage.root);
        break;
      }
      case 'WORKDIR':
        stage.workdir = path.posix.resolve(stage.workdir, text);
        mkdirSync(path.join(stage.root, stage.workdir), { recursive: true });
        break;
      case 'COPY':
        copy(text, { context, stages, into: path.join(stage.root, stage.workdir), root: stage.root });
        break;
      case 'RUN':
        run(text, path.join(stage.root, stage.workdir));
        break;
      case 'ENTRYPOINT':
      case 'CMD':
        exec[name] = JSON.parse(text) as string[];
        break;
      case 'HEALTHCHECK':
        exec.HEALTHCHECK = JSON.parse(text.slice(text.indexOf('CMD') + 'CMD'.length)) as string[];
        break;
      case 'ENV':
      case 'EXPOSE':
      case 'STOPSIGNAL':
      case 'USER':
      case 'VOLUME':
        break;
      default:
        throw new Error(`cannot follow the instruction ${name} ${text}`);
    }
  }
  return {
    root: stage.root,
    workdir: stage.workdir,
    entrypoint: exec.ENTRYPOINT,
    command: exec.CMD,
    healthcheck: exec.HEALTHCHECK,
  };
}

function run(command: string, cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync('sh', ['-c', command], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 180_000,
    env: imageEnvironment(process.env),
  });
  if (status !== 0) throw new Error(`RUN ${command} failed: ${error?.message ?? stdout + stderr}`);
}

/**
 * What a step sees of the environment: nothing that the npm which started us left there, and a PATH that begins
 * with the folder of the Node that we run on, as in the image.
 */
export function imageEnvironment(from: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(from).filter(([name]) => !name.startsWith('npm_') || name === 'npm_config_registry');
  return {
    ...Object.fromEntries(kept),
    PATH: [path.dirname(process.execPath), from['PATH'] ?? ''].join(path.delimiter),
  };
}

interface Copying {
  readonly context: string;
  readonly stages: ReadonlyMap<string, string>;
  readonly into: string;
  readonly root: string;
}

/** One COPY: flags, sources, destination. A folder's content goes into the destination, as Docker does it. */
function copy(text: string, { context, stages, into, root }: Copying): void {
  const words = text.split(' ');
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  const to = paths.at(-1) ?? '';
  const sources = paths.slice(0, -1);
  const destination = to.startsWith('/') ? path.join(root, to) : path.join(into, to);
  const source = from === undefined ? context : stages.get(from);
  if (source === undefined) throw new Error(`COPY ${text}: there is no stage '${from ?? ''}'`);

  for (const name of sources) {
    const file = path.join(source, name);
    if (!existsSync(file)) throw new Error(`COPY ${text}: '${name}' does not exist`);
    if (from === undefined && !isInContext(name, context)) {
      throw new Error(`COPY ${text}: .dockerignore keeps '${name}' out`);
    }
    const intoFolder = to.endsWith('/') && !statSync(file).isDirectory();
    const target = intoFolder ? path.join(destination, path.basename(name)) : destination;
    cpSync(file, target, { recursive: true, verbatimSymlinks: true });
  }
}

/** Whether an allow-list .dockerignore (`*`, then `!path`) lets this path through. */
function isInContext(name: string, context: string): boolean {
  const allowed = readFileSync(path.join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  return allowed.some((entry) => name === entry || name.startsWith(`${entry}/`));
}
