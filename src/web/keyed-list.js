/**
 * @template T
 * @typedef {object} Keyed
 * @property {(item: T) => string} key tells items apart
 * @property {(item: T) => unknown} shows everything that its element depends on
 * @property {(item: T) => HTMLElement} draw
 */

/** @type {WeakMap<Element, { key: string, signature: string }>} */
const drawn = new WeakMap();

/**
 * Makes the children of `parent` show `items` in order, and draws anew only those that changed: what is focused,
 * selected or unfolded elsewhere stays so.
 *
 * @template T
 * @param {HTMLElement} parent
 * @param {readonly T[]} items
 * @param {Keyed<T>} keyed
 */
export function showList(parent, items, { key, shows, draw }) {
  /** @type {Map<string, Element>} */
  const before = new Map();
  for (const child of parent.children) before.set(drawn.get(child)?.key ?? '', child);
  const after = items.map((item) => {
    const name = key(item);
    const signature = JSON.stringify(shows(item));
    const old = before.get(name);
    if (old !== undefined && drawn.get(old)?.signature === signature) return old;
    const fresh = draw(item);
    drawn.set(fresh, { key: name, signature });
    if (old !== undefined) takeOver(old, fresh);
    return fresh;
  });
  const same =
    after.length === parent.children.length && after.every((child, index) => child === parent.children[index]);
  if (same) return;
  const focused = focusPath(parent);
  parent.replaceChildren(...after);
  if (focused !== undefined) restoreFocus(parent, focused);
}

/**
 * What was unfolded stays unfolded.
 *
 * @param {Element} old
 * @param {Element} fresh
 */
function takeOver(old, fresh) {
  const folds = [old, ...old.querySelectorAll('details')].filter((each) => each instanceof HTMLDetailsElement);
  const counterparts = [fresh, ...fresh.querySelectorAll('details')].filter((e) => e instanceof HTMLDetailsElement);
  for (const [index, fold] of folds.entries()) counterparts[index]?.toggleAttribute('open', fold.open);
}

/**
 * Which item holds the focus, and which of its focusable elements.
 *
 * @param {HTMLElement} parent
 * @returns {{ key: string, index: number } | undefined}
 */
function focusPath(parent) {
  const active = document.activeElement;
  const item = [...parent.children].find((child) => child.contains(active));
  const key = item && drawn.get(item)?.key;
  if (item === undefined || active === null || key === undefined) return undefined;
  return { key, index: focusable(item).indexOf(active) };
}

/**
 * @param {HTMLElement} parent
 * @param {{ key: string, index: number }} path
 */
function restoreFocus(parent, { key, index }) {
  const item = [...parent.children].find((child) => drawn.get(child)?.key === key);
  const target = item === undefined ? undefined : focusable(item)[index];
  if (target instanceof HTMLElement && target !== document.activeElement) target.focus({ preventScroll: true });
}

/**
 * @param {Element} item
 * @returns {Element[]}
 */
function focusable(item) {
  return [...item.querySelectorAll('a, button, summary, input')];
}
