import { execFileSync } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import { certificateFor } from './certificates.ts';
import { freePort, serviceUser, startProgram, temporaryFolder } from './child-program.ts';
import { programPath } from './programs.ts';

/** A real MariaDB on loopback, with a database `orders`. */
export interface Mariadb extends AsyncDisposable {
  readonly port: number;
  /** PEM of the authority that issued its certificate, which is for 127.0.0.1; absent where it has none. */
  readonly ca?: string;
  /** Runs statements as `admin`, one connection each time. */
  readonly sql: (...statements: readonly string[]) => Promise<readonly Record<string, unknown>[]>;
  /** A session of `admin` that stays open. */
  readonly session: () => Promise<Connection>;
}

/** What is needed to start one. */
export const MARIADB_PROGRAMS = ['mariadbd', 'mariadb-install-db'] as const;

/** Starts a new one in a folder of its own. `settings` as on its command line, without the dashes. */
export async function startMariadb({
  tls = false,
  settings = [],
}: { readonly tls?: boolean; readonly settings?: readonly string[] } = {}): Promise<Mariadb> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('mariadb'));
  const user = serviceUser('mysql');
  if (user !== undefined) chownSync(folder.path, user.uid, user.gid);
  const data = join(folder.path, 'data');
  execFileSync(path('mariadb-install-db'), ['--no-defaults', `--datadir=${data}`, '--skip-test-db'], {
    ...user,
    stdio: 'pipe',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  const certificate = certificateFor();
  const own = (name: string, text: string): string => {
    const file = join(folder.path, name);
    writeFileSync(file, text, { mode: 0o600 });
    if (user !== undefined) chownSync(file, user.uid, user.gid);
    return file;
  };
  const init = own(
    'init.sql',
    `create or replace user admin@'127.0.0.1';\ngrant all on *.* to admin@'127.0.0.1' with grant option;\ncreate database if not exists orders;\n`,
  );
  const port = await freePort();
  const session = (): Promise<Connection> =>
    createConnection({ host: '127.0.0.1', port, user: 'admin', connectTimeout: 5_000 });
  stack.use(
    await startProgram(path('mariadbd'), {
      user,
      args: [
        '--no-defaults',
        `--datadir=${data}`,
        `--socket=${join(folder.path, 'socket')}`,
        `--pid-file=${join(folder.path, 'pid')}`,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        '--skip-name-resolve',
        '--innodb-flush-log-at-trx-commit=0',
        '--innodb-buffer-pool-size=16M',
        `--init-file=${init}`,
        ...(tls
          ? [`--ssl-cert=${own('cert.pem', certificate.chain)}`, `--ssl-key=${own('key.pem', certificate.key)}`]
          : []),
        ...settings.map((setting) => `--${setting}`),
      ],
      isReady: () =>
        session().then(
          async (connection) => {
            await connection.end();
            return true;
          },
          () => false,
        ),
    }),
  );
  const owned = stack.move();
  return {
    port,
    ...(tls && { ca: certificate.ca }),
    session,
    async sql(...statements) {
      const connection = await session();
      try {
        let rows: unknown = [];
        for (const statement of statements) [rows] = await connection.query(statement);
        return rows as readonly Record<string, unknown>[];
      } finally {
        await connection.end();
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function path(name: string): string {
  const found = programPath(name);
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}
