import { comparePages, firstPages } from './compare-pages.ts';
import type { ComparedPages, Moved } from './compare-pages.ts';
import type { DecidedPage } from './pages.ts';

/** A page that is there only if the runs that nobody made came out one way, or at another time if they did. */
export interface UncertainPage {
  readonly root: DecidedPage['root'];
  readonly was: DecidedPage | null;
  readonly ifPassed: DecidedPage | null;
  readonly ifFailed: DecidedPage | null;
  readonly because: string;
}

/** A page that would not have been sent, and what the new rules say instead. */
export interface RemovedPage {
  readonly was: DecidedPage;
  readonly because: string;
}

/** What is certain, because it comes out alike whatever the runs that nobody made would have seen; and the rest. */
export interface Between {
  readonly added: readonly DecidedPage[];
  readonly removed: readonly RemovedPage[];
  /** Pages that left at the same time. */
  readonly same: readonly Moved[];
  readonly earlier: readonly Moved[];
  readonly later: readonly Moved[];
  readonly uncertain: readonly UncertainPage[];
}

/** How to say why, about a root. */
export interface WhyWords {
  readonly because: (root: string) => string;
  readonly whyNot: (root: string) => string;
}

/** Holds the pages of both cases against those of then. */
export function between(
  was: readonly DecidedPage[],
  ifPassed: readonly DecidedPage[],
  ifFailed: readonly DecidedPage[],
  words: WhyWords,
): Between {
  const passed = comparePages(was, ifPassed);
  const failed = comparePages(was, ifFailed);
  const both = <Item>(list: (compared: ComparedPages) => readonly Item[], key: (item: Item) => string) => {
    const others = new Set(list(failed).map(key));
    return list(passed).filter((item) => others.has(key(item)));
  };
  const added = both(({ added: pages }) => pages, newKey);
  const removed = both(({ removed: pages }) => pages, oldKey);
  const earlier = both(({ earlier: pages }) => pages, movedKey);
  const later = both(({ later: pages }) => pages, movedKey);
  const same = both(({ same: pages }) => pages, movedKey);
  const settled = new Set([...removed, ...[...same, ...earlier, ...later].map((moved) => moved.was)].map(oldKey));
  const open = (page: DecidedPage | null, a: DecidedPage | null, b: DecidedPage | null): UncertainPage => {
    const root = (page ?? a ?? b)?.root ?? { kind: 'service', id: '' };
    return { root, was: page, ifPassed: a, ifFailed: b, because: words.because(root.id) };
  };
  const addedKeys = new Set(added.map(newKey));
  const only = (pages: readonly DecidedPage[]) => pages.filter((page) => !addedKeys.has(newKey(page)));
  return {
    added,
    removed: removed.map((page) => ({ was: page, because: words.whyNot(page.root.id) })),
    same,
    earlier,
    later,
    uncertain: [
      ...firstPages(was)
        .filter((page) => !settled.has(oldKey(page)))
        .map((page) => open(page, pairOf(passed, page), pairOf(failed, page))),
      ...only(passed.added).map((page) => open(null, page, null)),
      ...only(failed.added).map((page) => open(null, null, page)),
    ],
  };
}

function pairOf({ same, earlier, later }: ComparedPages, was: DecidedPage): DecidedPage | null {
  return [...same, ...earlier, ...later].find((moved) => oldKey(moved.was) === oldKey(was))?.now ?? null;
}

function oldKey({ n, incident }: DecidedPage): string {
  return `${String(n)} ${incident}`;
}

function newKey({ root, at }: DecidedPage): string {
  return `${root.id} ${String(at)}`;
}

/** To the second: what is nearer is no difference. */
function movedKey({ was, now }: Moved): string {
  return `${oldKey(was)} ${String(Math.round((now.at - was.at) / 1000))}`;
}
