import type { CapabilityState } from '../model/view.ts';
import { paint } from './terminal.ts';
import type { Terminal } from './terminal.ts';

const SHAPES: Readonly<Record<CapabilityState, string>> = {
  up: '●',
  'at-risk': '◔',
  degraded: '▲',
  down: '■',
  unknown: '◌',
};
const COLOURS = { up: 'green', 'at-risk': 'yellow', degraded: 'yellow', down: 'red', unknown: 'dim' } as const;

/** A state as shape and word, in its colour: never colour alone. */
export function stateWord(terminal: Terminal, state: CapabilityState): string {
  return paint(terminal, COLOURS[state], `${SHAPES[state]} ${state === 'at-risk' ? 'at risk' : state}`);
}

/** How long ago, in the largest unit: `12 s ago`. */
export function ago(at: number | null, now: number): string {
  if (at === null) return 'never';
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 60) return `${String(seconds)} s ago`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${String(Math.floor(seconds / 3600))} h ago`;
  return `${String(Math.floor(seconds / 86_400))} d ago`;
}
