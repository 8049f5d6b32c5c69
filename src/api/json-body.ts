import type { FastifyInstance } from 'fastify';
import { CLOUD_EVENT } from './incoming/incoming.ts';

const MAX_DEPTH = 64;

/** A body that is no JSON, or JSON nested so deeply that walking it could exhaust the stack. */
export class BodyError extends Error {
  readonly code = 'invalid-json';
}

/**
 * Bodies are JSON in UTF-8, or empty. Keys that would reach a prototype are refused, and so is nesting beyond
 * what anybody writes: what comes in is later walked by functions that call themselves.
 */
export function acceptJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser(['application/json', CLOUD_EVENT], { parseAs: 'string' }, (request, text, done) => {
    if (text.length === 0) {
      done(null, undefined);
      return;
    }
    void parse(request, text as string, (error, body: unknown) => {
      if (error !== null) done(new BodyError('the body is not valid JSON', { cause: error }));
      else if (isDeeper(body, MAX_DEPTH)) done(new BodyError(`the body is nested deeper than ${MAX_DEPTH} levels`));
      else done(null, body);
    });
  });
}

function isDeeper(value: unknown, levels: number): boolean {
  let layer: readonly unknown[] = [value];
  for (let depth = 0; depth <= levels; depth++) {
    layer = layer.flatMap((each): unknown[] => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (layer.length === 0) return false;
  }
  return true;
}
