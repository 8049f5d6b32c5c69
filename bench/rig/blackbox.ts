import { writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { freePort, onCore, programPath, startPeer } from './peer.ts';
import type { Peer } from './peer.ts';

/** Debian's prometheus-blackbox-exporter, probing when it is scraped. */
export interface Blackbox extends Peer {
  /** Scrapes `/probe` once for a target; rejects where the probe did not succeed. */
  readonly probe: (target: string) => Promise<void>;
}

/** Starts it with one module: a GET whose status is 2xx, the certificate verified against `ca`. */
export async function startBlackbox(folder: string, ca: string, core: number): Promise<Blackbox> {
  const port = await freePort();
  const conf = join(folder, 'blackbox.yml');
  await writeFile(join(folder, 'ca.pem'), ca);
  await writeFile(
    conf,
    JSON.stringify({
      modules: {
        ok: {
          prober: 'http',
          timeout: '5s',
          http: { preferred_ip_protocol: 'ip4', tls_config: { ca_file: join(folder, 'ca.pem') } },
        },
      },
    }),
  );
  const command = [
    programPath('prometheus-blackbox-exporter'),
    `--config.file=${conf}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ] as const;
  const peer = await startPeer(onCore(core, command), port);
  const agent = new Agent({ keepAlive: true });
  return {
    pid: peer.pid,
    probe: (target) => scrape(agent, `http://127.0.0.1:${port}/probe?module=ok&target=${encodeURIComponent(target)}`),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await peer[Symbol.asyncDispose]();
    },
  };
}

function scrape(agent: Agent, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (Buffer.concat(chunks).includes('\nprobe_success 1\n')) resolve();
        else reject(new Error(`scraped ${url}: the probe did not succeed`));
      });
    });
    request.on('error', reject);
  });
}
