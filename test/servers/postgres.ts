import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { certificateFor } from './certificates.ts';
import { freePort, serviceUser, startProgram, temporaryFolder, type ChildProgram } from './child-program.ts';
import { programPath } from './programs.ts';

/** A real PostgreSQL on loopback: superuser `postgres` without a password, everybody else by SCRAM. */
export interface Postgres extends AsyncDisposable {
  readonly port: number;
  /** PEM of the authority that issued its certificate, which is for 127.0.0.1. */
  readonly ca: string;
  /** Runs statements as the superuser, one connection each time. */
  readonly sql: (...statements: readonly string[]) => Promise<readonly Record<string, unknown>[]>;
  /** A superuser's session that stays open. */
  readonly session: () => Promise<pg.Client>;
  /** Makes and starts a streaming standby of it. */
  readonly standby: () => Promise<Postgres>;
  /** Asks it to stop as soon as everybody has left; it takes no new connections. */
  readonly closeDoors: () => void;
}

const SETTINGS = [
  'fsync=off',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'log_min_messages=fatal',
  'timezone=UTC',
];

/** What is needed to start one. */
export const POSTGRES_PROGRAMS = ['postgres', 'initdb', 'pg_basebackup'] as const;

/** Starts a new one in a folder of its own. */
export async function startPostgres(): Promise<Postgres> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('postgres'));
  const user = serviceUser('postgres');
  const data = join(folder.path, 'data');
  await mkdir(data, { mode: 0o700 });
  if (user !== undefined) chownSync(data, user.uid, user.gid);
  const certificate = certificateFor();
  run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8']);
  const own = (name: string, text: string): void => {
    writeFileSync(join(data, name), text, { mode: 0o600 });
    if (user !== undefined) chownSync(join(data, name), user.uid, user.gid);
  };
  appendFileSync(join(data, 'postgresql.conf'), 'ssl = on\n');
  own('server.crt', certificate.chain);
  own('server.key', certificate.key);
  own(
    'pg_hba.conf',
    ['host replication postgres all trust', 'host all postgres all trust', 'host all all all scram-sha-256', ''].join(
      '\n',
    ),
  );
  return await serve(data, certificate.ca, stack);
}

async function serve(data: string, ca: string, stack: AsyncDisposableStack): Promise<Postgres> {
  const port = await freePort();
  const session = async (): Promise<pg.Client> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const program: ChildProgram = stack.use(
    await startProgram(path('postgres'), {
      args: ['-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])],
      user: serviceUser('postgres'),
      isReady: () =>
        session().then(
          async (client) => {
            await client.end();
            return true;
          },
          () => false,
        ),
    }),
  );
  const owned = stack.move();
  return {
    port,
    ca,
    session,
    async sql(...statements) {
      const client = await session();
      try {
        let rows: readonly Record<string, unknown>[] = [];
        for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows;
        return rows;
      } finally {
        await client.end();
      }
    },
    async standby() {
      await using inner = new AsyncDisposableStack();
      const folder = inner.use(await temporaryFolder('standby'));
      const user = serviceUser('postgres');
      if (user !== undefined) chownSync(folder.path, user.uid, user.gid);
      const copy = join(folder.path, 'data');
      run('pg_basebackup', [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'postgres',
        '-D',
        copy,
        '-R',
        '-X',
        'stream',
        '-c',
        'fast',
        '--no-sync',
      ]);
      return await serve(copy, ca, inner);
    },
    closeDoors: () => program.signal('SIGTERM'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function run(name: string, args: readonly string[]): void {
  execFileSync(path(name), args, {
    ...serviceUser('postgres'),
    stdio: 'pipe',
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
  });
}

function path(name: string): string {
  const found = programPath(name);
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}
