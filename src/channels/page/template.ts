import { LiquidError } from 'liquidjs';
import type { Template as LiquidTemplate } from 'liquidjs';
import { z } from 'zod';
import type { Notification } from '../../model/notification.ts';
import { printable } from '../../ports/printable.ts';
import type { Item, PageContent, Section } from './page-content.ts';
import { renderTemplate, templateEngine } from './template-engine.ts';
import { TEMPLATE_EVENTS, templateSample } from './template-sample.ts';
import { templateScope } from './template-scope.ts';
import { webLink } from './web-link.ts';

/** Words of the operator's own instead of ours; what it holds was checked when it was read. */
export interface Template {
  readonly headline?: Words | undefined;
  readonly body?: Words | undefined;
}

/** One text in Liquid. Throws where it breaks a bound: only `templated` calls it. */
type Words = (notification: Notification) => string;

const MAX_SOURCE = 10_000;
const MAX_LINES = 200;
const MAX_LINE = 500;
const MAX_HEADLINE = 300;

/** The field by which a channel's words are replaced: the first line, what stands below it, or both. */
export function templateField(): z.ZodType<Template, { headline?: string | undefined; body?: string | undefined }> {
  return z
    .strictObject({
      headline: words().optional().meta({ description: 'the first line, in Liquid' }),
      body: words().optional().meta({ description: 'what stands below it, line by line, in Liquid' }),
    })
    .meta({ description: 'words of your own, in Liquid over the fields of the notification' });
}

/** The content with the operator's words. A template that fails at this one message costs its words, not the message. */
export function templated(content: PageContent, notification: Notification, template: Template = {}): PageContent {
  if (notification.incident === null) return content;
  try {
    const headline = template.headline?.(notification);
    const body = template.body?.(notification);
    return {
      ...content,
      ...(headline === undefined ? {} : firstLine(headline, notification)),
      ...(body === undefined ? {} : { context: '', sections: [ownWords(body)] }),
    };
  } catch (error) {
    if (!LiquidError.is(error)) throw error;
    const items = [{ tone: 'plain', text: "the channel's template failed, so these are the usual words" } as const];
    return { ...content, sections: [...content.sections, { about: 'cut', group: 'where', label: 'note', items }] };
  }
}

/** A drill is said to be one, whatever the words. */
function firstLine(text: string, { instance, drill }: Notification): Pick<PageContent, 'headline' | 'subject'> {
  const words = printable(text.replace(/\s+/g, ' ').trim(), MAX_HEADLINE);
  const headline = drill ? `drill, nothing is broken: ${words}` : words;
  return { headline, subject: printable(`${headline} [${instance}]`, MAX_HEADLINE) };
}

function ownWords(text: string): Section {
  const lines = text.trimEnd().split('\n').slice(0, MAX_LINES);
  return { about: 'own-words', group: 'who', label: '', items: lines.map(line) };
}

/** A line; an address at its end becomes a link. */
function line(text: string): Item {
  const [, before = text, address = null] = /^(.*?)\s*(https?:\/\/\S+)\s*$/.exec(text) ?? [];
  const url = webLink(address);
  if (url === undefined) return { tone: 'plain', text: printable(text.trimEnd(), MAX_LINE) };
  return { tone: 'plain', text: printable(before, MAX_LINE), url };
}

function words(): z.ZodType<Words, string> {
  return z
    .string()
    .min(1)
    .max(MAX_SOURCE)
    .transform((source, context) => {
      const mistakes = mistakesIn(source);
      for (const message of mistakes) context.addIssue({ code: 'custom', message });
      if (mistakes.length > 0) return z.NEVER;
      const engine = templateEngine({ strict: false });
      const parsed = engine.parse(source);
      return (notification) => renderTemplate(engine, parsed, templateScope(notification));
    });
}

/** Everything that is wrong with a template, each with its place in it. */
function mistakesIn(source: string): readonly string[] {
  const engine = templateEngine({ strict: true });
  let parsed: LiquidTemplate[];
  try {
    parsed = engine.parse(source);
  } catch (error) {
    return [told(error)];
  }
  const scope = templateScope(templateSample('page'));
  const unknown = Object.values(engine.analyzeSync(parsed, { partials: false }).globals)
    .flat()
    .flatMap(({ segments, location }) => {
      const found = unknownIn(scope, segments.map(String));
      return found === undefined ? [] : [`${found} (line ${location.row}, column ${location.col} of the template)`];
    });
  if (unknown.length > 0) return [...new Set(unknown)];
  const failures = TEMPLATE_EVENTS.flatMap((event) => {
    try {
      renderTemplate(engine, parsed, templateScope(templateSample(event)));
      return [];
    } catch (error) {
      return [told(error)];
    }
  });
  return [...new Set(failures)];
}

/** What Liquid said, without its copy of the template below the first line. */
function told(error: unknown): string {
  if (!LiquidError.is(error)) throw error;
  const [row, column] = error.token.getPosition();
  const [said = ''] = error.message.split('\n');
  const words = said.replace(/, line:\d+, col:\d+$/, '');
  return `${printable(words, 200)} (line ${row}, column ${column} of the template)`;
}

/** Lists and texts have these by themselves. */
const OF_LISTS: ReadonlySet<string> = new Set(['first', 'last', 'size']);

/** Why a path leads nowhere; undefined where it leads somewhere. */
function unknownIn(scope: unknown, path: readonly string[]): string | undefined {
  let at = scope;
  for (const [index, name] of path.entries()) {
    if (Array.isArray(at)) {
      if (name === 'size') return undefined;
      at = /^-?\d+$/.test(name) || OF_LISTS.has(name) ? (at as readonly unknown[])[0] : undefined;
    } else if (typeof at === 'object' && at !== null && Object.hasOwn(at, name)) at = at[name as keyof typeof at];
    else if (name === 'size' && index > 0) return undefined;
    else at = undefined;
    if (at === undefined) {
      const before = path.slice(0, index).join('.');
      return `there is no ${path.slice(0, index + 1).join('.')}${known(before, scope, path.slice(0, index))}`;
    }
  }
  return undefined;
}

function known(before: string, scope: unknown, path: readonly string[]): string {
  const parent = path.reduce<unknown>(
    (at, name) => (Array.isArray(at) ? (at as unknown[])[0] : (at as Record<string, unknown>)[name]),
    scope,
  );
  if (typeof parent !== 'object' || parent === null || Array.isArray(parent)) return '';
  return `; ${before === '' ? 'there are' : `${before} has`} ${Object.keys(parent).join(', ')}`;
}
