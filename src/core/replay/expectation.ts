import type { Place } from '../../model/configuration.ts';
import type { DecidedPage } from './pages.ts';
import { comparePages, firstPages } from './compare-pages.ts';

/** What an expectation is about: one incident of the log, or any of a service. */
export type Subject =
  { readonly kind: 'incident'; readonly id: string } | { readonly kind: 'service'; readonly id: string };

/** What must be true of the pages. Times count from an incident's onset. */
export type Expected =
  | { readonly kind: 'pages'; readonly about: Subject; readonly withinMs: number | null }
  | { readonly kind: 'no-page'; readonly about: Subject }
  | { readonly kind: 'count'; readonly bound: 'at most' | 'at least' | 'exactly'; readonly pages: number };

/** Which part of the log an expectation looks at. `last` counts back from its end. */
export type Window =
  | { readonly kind: 'last'; readonly ms: number }
  | { readonly kind: 'span'; readonly from: number; readonly to: number };

/** One sentence of a file of expectations. */
export interface Expectation {
  readonly text: string;
  readonly place: Place;
  readonly window?: Window;
  readonly expected: Expected;
}

/** What expectations are held against. `pages` in every way in which the history may have gone: one, or two. */
export interface Held {
  readonly was: readonly DecidedPage[];
  readonly ways: readonly (readonly DecidedPage[])[];
  /** Every incident that the log knows, paged or not. */
  readonly incidents: ReadonlySet<string>;
  /** The last moment of the log; null where it is empty. */
  readonly to: number | null;
}

/** What became of an expectation. `uncertain`: it holds in one way in which the history may have gone, not in both. */
export interface Verdict {
  readonly expectation: Expectation;
  readonly verdict: 'holds' | 'fails' | 'uncertain';
  /** What was found instead, in words. */
  readonly got: string;
}

/** Holds every expectation against the pages. */
export function holdAgainst(expectations: readonly Expectation[], held: Held): readonly Verdict[] {
  const ways = held.ways.map((pages) => namedAsThen(held.was, pages));
  return expectations.map((expectation) => {
    const results = ways.map((pages) => judge(expectation, pages, held));
    const holding = results.filter(({ holds }) => holds).length;
    const verdict = holding === results.length ? 'holds' : holding === 0 ? 'fails' : 'uncertain';
    const got = [...new Set(results.filter(({ holds }) => !holds).map((result) => result.got))].join(', or ');
    return { expectation, verdict, got: verdict === 'holds' ? (results[0]?.got ?? '') : got };
  });
}

/** Pages under other rules, with the ids that their incidents had then, where they are the same. */
function namedAsThen(was: readonly DecidedPage[], now: readonly DecidedPage[]): readonly DecidedPage[] {
  const { same, earlier, later } = comparePages(was, now);
  const names = new Map([...same, ...earlier, ...later].map((moved) => [moved.now.incident, moved.was.incident]));
  return firstPages(now).map((page) => ({ ...page, incident: names.get(page.incident) ?? page.incident }));
}

function judge(
  { expected, window }: Expectation,
  all: readonly DecidedPage[],
  { incidents, to }: Held,
): { readonly holds: boolean; readonly got: string } {
  const pages = all.filter(({ at }) => window === undefined || isWithin(at, window, to ?? 0));
  if (expected.kind === 'count') {
    const count = pages.length;
    const holds =
      expected.bound === 'at most'
        ? count <= expected.pages
        : expected.bound === 'at least'
          ? count >= expected.pages
          : count === expected.pages;
    const names = pages.map(({ incident }) => incident).join(', ');
    return { holds, got: count === 0 ? 'no page' : `${String(count)} ${count === 1 ? 'page' : 'pages'}: ${names}` };
  }
  const { about } = expected;
  if (about.kind === 'incident' && !incidents.has(about.id) && !pages.some((page) => page.incident === about.id))
    return { holds: false, got: `the log knows no incident ${about.id}` };
  const found = pages.filter((page) =>
    about.kind === 'incident' ? page.incident === about.id : page.root.id === about.id,
  );
  if (expected.kind === 'no-page') return { holds: found.length === 0, got: found.map(told).join(', ') || 'no page' };
  const { withinMs } = expected;
  const late = found.filter((page) => withinMs !== null && page.at - page.startedAt > withinMs);
  return {
    holds: found.length > 0 && late.length === 0,
    got: (late.length > 0 ? late : found).map(told).join(', ') || 'no page',
  };
}

function told({ incident, at, startedAt }: DecidedPage): string {
  return `${incident} paged ${String(Math.round((at - startedAt) / 100) / 10)} s after its onset`;
}

function isWithin(at: number, window: Window, end: number): boolean {
  switch (window.kind) {
    case 'last':
      return at > end - window.ms && at <= end;
    case 'span':
      return at >= window.from && at < window.to;
    default:
      return window satisfies never;
  }
}
