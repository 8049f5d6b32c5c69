import { html, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer } from './loopback-server.ts';

/**
 * Starts a host that has never heard of the service asked for and answers 200 to everything: what a name
 * leads to after it was pointed at the wrong load balancer. A check that asks for 200 is content with it.
 */
export function startImpostor(options: { readonly host: string; readonly port?: number }): Promise<LoopbackServer> {
  const page =
    '<!doctype html>\n<title>It works!</title>\n<h1>It works!</h1>\n<p>This is the default page of this server.</p>\n';
  return startLoopbackServer({
    name: 'the impostor',
    host: options.host,
    port: options.port ?? 0,
    handler: () => html(200, page, { server: 'nginx' }),
  });
}
