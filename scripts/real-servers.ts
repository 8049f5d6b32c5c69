import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** A program that tests talk to for real, and where Debian keeps it. */
interface RealServer {
  readonly program: string;
  readonly debianPackage: string;
  readonly tests: string;
}

const realServers: readonly RealServer[] = [
  { program: 'chromium', debianPackage: 'chromium', tests: 'the page, in a real browser' },
  { program: 'dnsmasq', debianPackage: 'dnsmasq-base', tests: 'a repointed name, seen through a real DNS server' },
  { program: 'docker-registry', debianPackage: 'docker-registry', tests: 'probes of a real image registry' },
  { program: 'etcd', debianPackage: 'etcd-server', tests: 'probes of a real etcd' },
  { program: 'mariadbd', debianPackage: 'mariadb-server', tests: 'probes of a real MariaDB' },
  { program: 'named', debianPackage: 'bind9', tests: 'answers that DNSSEC vouches for, by a resolver that validates' },
  { program: 'nginx', debianPackage: 'nginx-light', tests: 'HTTP and TLS probes of a real web server' },
  { program: 'ping', debianPackage: 'iputils-ping', tests: "probes by the system's ping" },
  { program: 'postgres', debianPackage: 'postgresql', tests: 'probes of a real PostgreSQL, and of its standby' },
  { program: 'prometheus', debianPackage: 'prometheus', tests: 'probes of a real Prometheus' },
  {
    program: 'prometheus-alertmanager',
    debianPackage: 'prometheus-alertmanager',
    tests: 'alerts raised in a real Alertmanager',
  },
  { program: 'promtool', debianPackage: 'prometheus', tests: "the metrics page, judged by Prometheus' own linter" },
  { program: 'redis-server', debianPackage: 'redis-server', tests: 'probes of a real Redis' },
  { program: 'script', debianPackage: 'bsdutils', tests: 'the questions of init, at a real terminal' },
];

/** Debian keeps daemons in folders that are often missing from an ordinary user's PATH. */
export const searchPath = [process.env['PATH'] ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(path.delimiter);

/**
 * As root on Debian, installs the programs that are missing. Elsewhere, or where that fails, says what is missing,
 * why, and which tests are skipped for it.
 */
export function provideRealServers(): void {
  const missing = realServers.filter(({ program }) => !isInstalled(program));
  if (missing.length === 0) return;

  const reason = whyNotInstall() ?? install(missing.map(({ debianPackage }) => debianPackage));
  for (const { program, debianPackage, tests } of missing) {
    if (isInstalled(program)) continue;
    console.log(`skipped without ${program} (Debian package ${debianPackage}): ${tests}`);
    console.log(`  not installed: ${reason ?? 'the package did not bring the program'}`);
  }
}

function isInstalled(program: string): boolean {
  return [...searchPath.split(path.delimiter), ...postgresFolders()].some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** Debian keeps PostgreSQL's programs by version, out of every PATH. */
function postgresFolders(): readonly string[] {
  const root = '/usr/lib/postgresql';
  return existsSync(root) ? readdirSync(root).map((version) => path.join(root, version, 'bin')) : [];
}

function whyNotInstall(): string | undefined {
  if (!existsSync('/etc/debian_version')) return 'this is not Debian';
  if (process.getuid?.() !== 0) return 'only root may install packages';
  return undefined;
}

/** Why the installation failed, or undefined where it did not. */
function install(packages: readonly string[]): string | undefined {
  console.log(`installing ${packages.join(', ')}`);
  const steps = [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...packages],
  ];
  for (const options of steps) {
    const { status, error } = spawnSync('apt-get', options, {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 180_000,
      // Run level 1: a package's own service is not to be started, the tests start what they need.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    });
    if (status !== 0) return `apt-get ${options.join(' ')} failed: ${error?.message ?? `exit code ${String(status)}`}`;
  }
  return undefined;
}
