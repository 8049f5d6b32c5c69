import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startProgram, temporaryFolder } from './child-program.ts';
import { programPath } from './programs.ts';

/** The programs of Debian's package bind9 that are needed. */
export const NAMED_PROGRAMS = ['named', 'dnssec-keygen', 'dnssec-signzone'] as const;

/** Two real BINDs: one that serves zones, signed and not, and a resolver that validates what it asks of it. */
export interface ValidatingResolver extends AsyncDisposable {
  /** `address:port` of the resolver. It knows `www.signed.test`, `www.plain.test` and `www.bogus.test`. */
  readonly resolver: string;
  /** `address:port` of the server that the zones are on: it vouches for nothing. */
  readonly authority: string;
}

const zone = (address: string): string => `$TTL 60
@ IN SOA ns hostmaster 7 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
www IN A ${address}
`;

const run = promisify(execFile);

/** Starts both on free ports of 127.0.0.1. The zone `bogus.test` was changed after it was signed. */
export async function startValidatingResolver(): Promise<ValidatingResolver> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('named'));
  const [authorityPort, resolverPort] = [await freePort(), await freePort()];
  const anchors = [await sign(folder.path, 'signed.test'), await sign(folder.path, 'bogus.test')];
  await writeFile(join(folder.path, 'plain.test.zone'), zone('10.2.0.1'));
  const bogus = join(folder.path, 'bogus.test.signed');
  await writeFile(bogus, (await readFile(bogus, 'utf8')).replaceAll('10.2.0.1', '10.66.6.6'));

  const files = { signed: 'signed.test.signed', bogus: 'bogus.test.signed', plain: 'plain.test.zone' };
  const zones = Object.entries(files).map(([name, file]) => `zone "${name}.test" { type primary; file "${file}"; };`);
  const forwards = Object.keys(files).map(
    (name) => `zone "${name}.test" { type forward; forward only; forwarders { 127.0.0.1 port ${authorityPort}; }; };`,
  );
  const start = async (name: string, port: number, options: string, rest: readonly string[], asks: string) => {
    const file = join(folder.path, `${name}.conf`);
    const common = `directory "${folder.path}"; pid-file none; session-keyfile none; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };`;
    await writeFile(file, `controls { };\noptions { ${common} ${options} };\n${rest.join('\n')}\n`);
    const program = programPath('named') ?? '';
    const isReady = () => answers(port, asks);
    stack.use(await startProgram(program, { args: ['-g', '-4', '-n', '1', '-c', file], isReady }));
  };
  await start('authority', authorityPort, 'recursion no;', zones, 'www.plain.test');
  const validating = 'recursion yes; dnssec-validation yes; empty-zones-enable no;';
  const trust = `trust-anchors { ${anchors.join(' ')} };`;
  await start('resolver', resolverPort, validating, [trust, ...forwards], 'www.signed.test');
  return {
    resolver: `127.0.0.1:${resolverPort}`,
    authority: `127.0.0.1:${authorityPort}`,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Signs a zone and gives its key as a trust anchor. */
async function sign(folder: string, name: string): Promise<string> {
  const program = (tool: string) => programPath(tool) ?? tool;
  const flags = ['-q', '-K', folder, '-a', 'ECDSAP256SHA256', '-f', 'KSK', name];
  const { stdout } = await run(program('dnssec-keygen'), flags);
  const key = await readFile(join(folder, `${stdout.trim()}.key`), 'utf8');
  const record = key.split('\n').find((line) => !line.startsWith(';') && line.includes('DNSKEY')) ?? '';
  const file = join(folder, `${name}.zone`);
  await writeFile(file, `${zone('10.2.0.1')}${record}\n`);
  // -d: it would leave a file beside whoever runs it.
  const signing = ['-q', '-z', '-o', name, '-K', folder, '-d', folder, '-f', join(folder, `${name}.signed`), file];
  await run(program('dnssec-signzone'), signing);
  const [, flagsField, protocol, algorithm, ...material] = /DNSKEY (.*)$/.exec(record)?.[0].split(' ') ?? [];
  return `"${name}." static-key ${flagsField} ${protocol} ${algorithm} "${material.join('')}";`;
}

async function answers(port: number, name: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: 300, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return resolver.resolve4(name).then(
    () => true,
    () => false,
  );
}
