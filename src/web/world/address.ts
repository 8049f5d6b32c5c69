import { signal } from '@preact/signals';

/** Where the page's root lies: `/`, or a path behind a reverse proxy. The server wrote how far up it is. */
export const root = new URL(document.documentElement.dataset['root'] ?? './', location.href);

/** What the address asks for: a path below the root without slashes at its ends, and the query. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The present place. Every view follows from it, so that every view has a link. */
export const place = signal<Place>(read());

addEventListener('popstate', () => (place.value = read()));

/** An absolute address for a path below the root. */
export function href(path: string, query: Readonly<Record<string, string | null>> = {}): string {
  const url = new URL(path, root);
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== '') url.searchParams.set(name, value);
  return url.href;
}

/** Goes to a view; `replace` where going back should not come by here. */
export function go(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === location.href) return;
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  const before = place.value.path;
  place.value = read();
  if (place.value.path !== before) scrollTo(0, 0);
}

function read(): Place {
  const path = decodeURI(location.pathname.slice(root.pathname.length)).replace(/^\/+|\/+$/g, '');
  return { path, query: new URLSearchParams(location.search) };
}
