import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { issueAuthority, issueServerCertificate } from '../../src/world/certificate.ts';
import { deriveKeyPair } from '../../src/world/key-pair.ts';
import { freePort, onCore, programPath, startPeer } from './peer.ts';
import type { Peer } from './peer.ts';

/** nginx on loopback: `ok` in plain text to everything, by HTTP and HTTPS. */
export interface Nginx extends Peer {
  /** PEM text of the authority that signed its certificate. */
  readonly ca: string;
  /** `http://…` and `https://…` of host `index`: probes of different hosts take different lanes. */
  readonly url: (scheme: 'http' | 'https', index: number) => string;
}

const HOSTS = 8;
const HOUR_MS = 3_600_000;

/** Starts nginx with a configuration of its own in `folder`, answering on 127.0.0.1 to 127.0.0.8. */
export async function startNginx(folder: string, core?: number): Promise<Nginx> {
  const [http, https] = [await freePort(), await freePort()];
  const hosts = Array.from({ length: HOSTS }, (_, index) => `127.0.0.${index + 1}`);
  const from = { notBefore: Date.now() - HOUR_MS, notAfter: Date.now() + 90 * 24 * HOUR_MS };
  const authority = issueAuthority({ commonName: 'bench CA', keys: deriveKeyPair('bench', 'ca'), ...from });
  const server = issueServerCertificate(
    { commonName: 'bench', keys: deriveKeyPair('bench', 'server'), names: hosts, ...from },
    authority,
  );
  const paths = { conf: join(folder, 'nginx.conf'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  await writeFile(paths.cert, server.pem);
  await writeFile(paths.key, server.keyPem, { mode: 0o600 });
  await writeFile(paths.conf, configuration(folder, hosts, { http, https }));
  const command = [programPath('nginx'), '-p', folder, '-c', paths.conf, '-e', join(folder, 'error.log')] as const;
  const peer = await startPeer(core === undefined ? command : onCore(core, command), http);
  return {
    ...peer,
    ca: authority.pem,
    url: (scheme, index) => `${scheme}://${hosts[index % HOSTS] ?? '127.0.0.1'}:${scheme === 'http' ? http : https}/`,
  };
}

function configuration(
  folder: string,
  hosts: readonly string[],
  { http, https }: { readonly http: number; readonly https: number },
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log off;
  server_tokens off;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  # What is measured is a whole handshake: nothing to resume.
  ssl_session_cache off;
  ssl_session_tickets off;
  server {
${hosts.map((host) => `    listen ${host}:${http};\n    listen ${host}:${https} ssl;`).join('\n')}
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    location / { default_type text/plain; return 200 "ok\\n"; }
  }
}
`;
}
