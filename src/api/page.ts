import { readFile } from 'node:fs/promises';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Guard } from './guard.ts';
import { OPEN } from './operation.ts';
import { problem, sendProblem } from './problem.ts';

/** Where the built page is: `dist/web`, from a checkout and from the installed package. */
const FILES = new URL(import.meta.url.endsWith('.ts') ? '../../dist/web/' : '../web/', import.meta.url);

/** Views that a link may lead to. Each is the same document; the page reads its address. */
const LISTS = ['/graph', '/replay', '/check', '/changes', '/silences', '/channels', '/stats'];
const VIEWS = ['/', ...LISTS, '/incidents/*', '/services/*', '/probes/*'];

/**
 * Serves the page at `/` and below its views, and its scripts and styles under `/web/`. They hold nothing secret;
 * what they show does.
 */
export async function servePage(server: FastifyInstance, guard: () => Guard): Promise<void> {
  server.addHook('onRequest', async (request, reply) => {
    const wrong = guard().checkHost(request, OPEN);
    return wrong === undefined ? undefined : sendProblem(reply, wrong);
  });
  await server.register(fastifyStatic, {
    root: FILES,
    prefix: '/web/',
    index: false,
    dotfiles: 'ignore',
    allowedPath: (path) => /^\/assets\/[\w-]+(?:\.[\w-]+)*\.(?:css|js|svg)$/.test(path),
    // Their names hold their hash: what was fetched once stays good.
    immutable: true,
    maxAge: '365d',
  });
  // The document is asked for again each time: an upgraded daemon never meets the page of the one before.
  for (const view of VIEWS) {
    server.get(view, async (request, reply) => {
      const html = await readFile(new URL('index.html', FILES), 'utf8').catch(() => undefined);
      if (html === undefined)
        return sendProblem(reply, problem('unavailable', 'the page is not built here: run npm run build:page'));
      const depth = request.url.replace(/\?.*$/s, '').split('/').length - 2;
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(rooted(html, depth));
    });
  }
}

/** The document with its relative addresses leading to `/web/` from a view that lies so many folders deep. */
function rooted(html: string, depth: number): string {
  const root = depth <= 0 ? './' : '../'.repeat(depth);
  return html.replaceAll(/(src|href)="\.\//g, `$1="${root}web/`).replace('data-root=""', `data-root="${root}"`);
}
