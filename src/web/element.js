/** @typedef {Node | string | null | undefined} Child */

/**
 * Makes an element. Strings become text nodes, never markup: a hostile name or message is shown as it was written.
 * `null` and `undefined` children are left out; so are attributes of `null`.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string | null>>} attributes
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
  for (const child of children) if (child !== null && child !== undefined) made.append(child);
  return made;
}

/**
 * The element of this page with that id.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}

/**
 * A link that leaves this page; where the address is no web address, its text alone.
 *
 * @param {string} address
 * @param {string} text
 * @returns {Child}
 */
export function link(address, text) {
  if (!/^https?:\/\//i.test(address)) return text;
  return element('a', { href: address, target: '_blank', rel: 'noreferrer noopener' }, text);
}
