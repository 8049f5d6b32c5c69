import { playBaselines } from './baselines.ts';
import type { Rules } from './declare.ts';
import { drive } from './drive.ts';
import type { Listener } from './drive.ts';
import { judge, namedBy, namedByProbe } from './judge.ts';
import type { Verdict } from './judge.ts';
import { drawTruth } from './truth.ts';
import { drawWorld } from './world.ts';
import type { WorldShape } from './world.ts';

/** One row of the table: worlds of a shape, under certain rules. */
export interface Row {
  readonly name: string;
  readonly shape: WorldShape;
  readonly rules: Rules;
}

/** How one world was told, by each of those who would tell. */
export interface Outcome {
  readonly perProbe: Verdict;
  readonly suppressing: Verdict;
  readonly waiting: Verdict;
  readonly engine: Verdict;
}

/** Plays the world of one seed: first the others, then the engine. */
export function play(row: Row, seed: number, listener?: Listener): Outcome {
  const truth = drawTruth(drawWorld(seed, row.shape));
  const others = playBaselines(truth, row.rules);
  const inOrder = (pages: typeof others.perProbe): Verdict =>
    judge(
      truth,
      pages.map(namedByProbe).toSorted((a, b) => a.at - b.at),
    );
  return {
    perProbe: inOrder(others.perProbe),
    suppressing: inOrder(others.suppressing),
    waiting: inOrder(others.waiting),
    engine: judge(truth, drive(truth, row.rules, listener).map(namedBy)),
  };
}
