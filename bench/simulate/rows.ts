import { DEFAULTS, QUICK } from './declare.ts';
import type { Row } from './play.ts';
import { SHAPE, SLOW } from './world.ts';

/** The rows of the table in docs/engine-simulation.md. */
export const ROWS: readonly Row[] = [
  { name: `25 % unprobed, ${QUICK.name}`, shape: SHAPE, rules: QUICK },
  { name: 'all probed, same rules', shape: { ...SHAPE, unprobed: 0 }, rules: QUICK },
  { name: '25 % unprobed, 10 % of needs undeclared, same rules', shape: { ...SHAPE, missingEdges: 0.1 }, rules: QUICK },
  { name: '25 % unprobed, defaults', shape: SHAPE, rules: DEFAULTS },
  { name: 'as row 1, slow: timeouts of 10 s, delays to 30 s', shape: SLOW, rules: QUICK },
];
