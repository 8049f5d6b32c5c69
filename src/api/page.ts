import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Guard } from './guard.ts';
import { OPEN } from './operation.ts';
import { sendProblem } from './problem.ts';

/** Where the page's files are: beside this room, in a checkout and in the installed package alike. */
const FILES = new URL('../web/', import.meta.url);

/** Serves the page at `/` and its scripts and styles under `/web/`. They hold nothing secret; what they show does. */
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
    allowedPath: (path, _root, request) => request.routeOptions.url === '/' || /^\/[a-z-]+\.(?:css|js|svg)$/.test(path),
    // Asked for again each time and answered by 304: an upgraded daemon never meets the page of the one before.
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
  });
  server.get('/', (_request, reply) => reply.sendFile('index.html'));
}
