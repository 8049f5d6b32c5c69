import { Liquid } from 'liquidjs';
import type { Template } from 'liquidjs';
import type { Scope } from './template-scope.ts';

const MAX_CHARACTERS = 10_000;
/** Tags, stretches of text and outputs in one rendering, each pass of a loop counted anew. */
const MAX_STEPS = 5000;
const MAX_RENDER_MS = 50;
const MAX_ALLOCATIONS = 1_000_000;

/** Tags that choose, repeat and name. None reads a file, nests a template, or counts on between renderings. */
const TAGS: ReadonlySet<string> = new Set('assign case comment if unless for break continue #'.split(' '));

/** Filters on text and lists. None escapes or unescapes (that is the channel's), decodes, hashes or is random. */
const FILTERS: ReadonlySet<string> = new Set(
  (
    'append at_least at_most capitalize ceil compact concat default divided_by downcase first floor join last minus ' +
    'modulo plus prepend remove replace reverse round size slice sort split strip times truncate truncatewords uniq ' +
    'upcase where'
  ).split(' '),
);

/**
 * Liquid without whatever could read, include, loop for long or grow for long; its own objects alone can be seen. `strict`:
 * a variable that is not there is an error, for checking; else it is empty, because a message must go out.
 */
export function templateEngine({ strict }: { strict: boolean }): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    strictVariables: strict,
    ownPropertyOnly: true,
    lenientIf: false,
    dynamicPartials: false,
    relativeReference: false,
    templates: {},
    parseLimit: MAX_CHARACTERS,
    renderLimit: MAX_RENDER_MS,
    memoryLimit: MAX_ALLOCATIONS,
  });
  for (const name of Object.keys(engine.tags)) if (!TAGS.has(name)) delete engine.tags[name];
  for (const name of Object.keys(engine.filters)) if (!FILTERS.has(name)) engine.unregisterFilter(name);
  return engine;
}

/** The text that a template gives. Throws a `LiquidError` where it breaks a bound. */
export function renderTemplate(engine: Liquid, parsed: Template[], scope: { readonly [name: string]: Scope }): string {
  return String(engine.renderSync(parsed, scope, { templateLimit: MAX_STEPS }));
}
