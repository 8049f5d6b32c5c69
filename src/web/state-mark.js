import { element } from './element.js';

/** @typedef {'up' | 'at-risk' | 'degraded' | 'down' | 'unknown'} State */

/** One shape for each state, told apart without colour: disc, emptying ring, triangle, square, dashed ring. */
const SHAPES = {
  up: '<circle>',
  'at-risk': 'M6 1a5 5 0 1 0 5 5H6z',
  degraded: 'M6 1 11.500 11H.500z',
  down: 'M1 1h10v10H1z',
  unknown: '<ring>',
};

/** @type {Readonly<Record<State, string>>} */
export const STATE_WORDS = {
  up: 'up',
  'at-risk': 'at risk',
  degraded: 'degraded',
  down: 'down',
  unknown: 'unknown',
};

/**
 * A state's shape in its colour, with the word for those who hear the page; who sees it reads the word beside it.
 *
 * @param {State} state
 */
export function stateMark(state) {
  const text = STATE_WORDS[state];
  const word = element('span', { class: 'unseen' }, text);
  return element('span', { class: `state ${state}`, title: text }, shape(state), word);
}

/** @param {State} state */
function shape(state) {
  const svg = svgElement('svg', { viewBox: '0 0 12 12', 'aria-hidden': 'true', class: 'shape' });
  const path = SHAPES[state];
  if (state === 'up') svg.append(svgElement('circle', { cx: '6', cy: '6', r: '5' }));
  else if (state === 'unknown') svg.append(svgElement('circle', { cx: '6', cy: '6', r: '4.500', class: 'ring' }));
  else svg.append(svgElement('path', { d: path }));
  return svg;
}

/**
 * @param {string} tag
 * @param {Readonly<Record<string, string>>} attributes
 */
function svgElement(tag, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
