import type { Expectation, Expected, Subject, Window } from '../core/replay/expectation.ts';
import type { Diagnostic } from '../model/configuration.ts';
import { parseDuration } from '../ports/fields.ts';
import { Mistakes } from './mistakes.ts';
import { suggestion } from './nearest-name.ts';
import { parseYaml } from './parse-yaml.ts';
import { Source } from './source.ts';
import { placeOf } from './yaml-tree.ts';
import type { ScalarNode, YamlNode } from './yaml-tree.ts';

const SENTENCES =
  'incident ID pages [within 60s], incident ID does not page, SERVICE pages [within 60s], SERVICE does not page, ' +
  'at most N pages, at least N pages, exactly N pages';
const WINDOWS = 'today, this week, last 3d, or 2026-01-05T00:00:00Z to 2026-01-12T00:00:00Z';
const NAMED_WINDOWS: Readonly<Record<string, number>> = { today: 86_400_000, 'this week': 604_800_000 };

/** A file of expectations, or every mistake in it. */
export type ExpectationsRead =
  | { readonly ok: true; readonly expectations: readonly Expectation[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads a file of expectations: under `expect`, a list of sentences, each alone or under the window of time that it
 * looks at.
 *
 *     expect:
 *       - incident rekor-3 pages within 60s
 *       - registry does not page
 *       - this week: at most 2 pages
 */
export function readExpectations(file: string, text: string): ExpectationsRead {
  const mistakes = new Mistakes();
  const source = new Source(file, text, 'root');
  const [document] = parseYaml(source, mistakes);
  const expectations = document === undefined ? [] : ofDocument(document, mistakes);
  if (mistakes.errors === 0 && expectations.length === 0)
    mistakes.error({
      code: 'expect/empty',
      place: source.place(0, 0),
      message: 'nothing is expected here',
      help: `write a list under expect, of sentences such as: ${SENTENCES}`,
    });
  if (mistakes.errors > 0) return { ok: false, diagnostics: mistakes.inOrder() };
  return { ok: true, expectations };
}

function ofDocument(document: YamlNode, mistakes: Mistakes): readonly Expectation[] {
  if (document.kind !== 'map') return wrongShape(document, mistakes);
  return [...document.entries].flatMap(([name, { key, value }]) => {
    if (name === 'expect')
      return value.kind === 'list'
        ? value.items.flatMap((item) => ofItem(item, mistakes))
        : wrongShape(value, mistakes);
    const help = suggestion(name, ['expect']);
    mistakes.error({
      code: 'expect/unknown-key',
      place: placeOf(key),
      message: `${name} is no key of this file`,
      help,
    });
    return [];
  });
}

function ofItem(item: YamlNode, mistakes: Mistakes, window?: Window): readonly Expectation[] {
  switch (item.kind) {
    case 'scalar':
      return ofSentence(item, mistakes, window);
    case 'list':
      return window === undefined
        ? wrongShape(item, mistakes)
        : item.items.flatMap((each) => ofItem(each, mistakes, window));
    case 'map':
      if (window !== undefined) return wrongShape(item, mistakes);
      return [...item.entries.values()].flatMap(({ key, value }) => {
        const span = windowOf(String(key.value));
        if (span !== undefined) return ofItem(value, mistakes, span);
        mistakes.error({
          code: 'expect/window',
          place: placeOf(key),
          message: `${String(key.value)} is no window of time`,
          help: `write ${WINDOWS}`,
        });
        return [];
      });
  }
}

function ofSentence(node: ScalarNode, mistakes: Mistakes, window: Window | undefined): readonly Expectation[] {
  const text = String(node.value ?? '')
    .trim()
    .replaceAll(/\s+/g, ' ');
  const place = placeOf(node);
  const expected = expectedOf(text);
  if (expected !== undefined) return [{ text, place, expected, ...(window === undefined ? {} : { window }) }];
  mistakes.error({
    code: 'expect/sentence',
    place,
    message: `${text === '' ? 'nothing' : text}: no such sentence`,
    help: `write one of: ${SENTENCES}`,
  });
  return [];
}

const NAME = '([A-Za-z0-9][A-Za-z0-9._:/-]*)';
const PAGES = new RegExp(`^(incident )?${NAME} pages(?: within (\\d+ ?(?:ms|s|m|h|d)|(?:\\d+(?:ms|s|m|h|d))+))?$`);
const NO_PAGE = new RegExp(`^(incident )?${NAME} does not page$`);
const COUNT = /^(at most|at least|exactly) (\d{1,6}) pages?$/;

function expectedOf(text: string): Expected | undefined {
  const count = COUNT.exec(text);
  if (count !== null) return { kind: 'count', bound: count[1] as 'at most', pages: Number(count[2]) };
  const none = NO_PAGE.exec(text);
  if (none !== null) return { kind: 'no-page', about: subjectOf(none) };
  const pages = PAGES.exec(text);
  if (pages === null) return undefined;
  const within = pages[3];
  if (within === undefined) return { kind: 'pages', about: subjectOf(pages), withinMs: null };
  const withinMs = parseDuration(within.replace(' ', ''));
  return withinMs === undefined ? undefined : { kind: 'pages', about: subjectOf(pages), withinMs };
}

function subjectOf([, incident, id = '']: RegExpExecArray): Subject {
  return { kind: incident === undefined ? 'service' : 'incident', id };
}

function windowOf(text: string): Window | undefined {
  const named = NAMED_WINDOWS[text] ?? parseDuration(/^last (\S+)$/.exec(text)?.[1] ?? '');
  if (named !== undefined) return { kind: 'last', ms: named };
  const [from, to] = text
    .split(' to ')
    .map((moment) => (/(?:Z|[+-]\d\d:?\d\d)$/.test(moment) ? Date.parse(moment) : Number.NaN));
  return from !== undefined && to !== undefined && from < to ? { kind: 'span', from, to } : undefined;
}

function wrongShape(node: YamlNode, mistakes: Mistakes): readonly [] {
  mistakes.error({
    code: 'expect/shape',
    place: placeOf(node),
    message: 'a list of sentences belongs here',
    help: 'write expect: and under it, each after a dash, what must be true',
  });
  return [];
}
