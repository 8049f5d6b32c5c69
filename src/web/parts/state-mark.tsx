import type { JSX } from 'preact';
import { STATE_WORDS } from '../words/states.ts';
import type { State } from '../words/states.ts';

/**
 * A state's shape in its colour, with the word for those who hear the page; who sees it reads the word beside it.
 * Every shape differs without colour: disc, emptying ring, triangle, square, dashed ring.
 */
export function StateMark({ state, word = true }: { readonly state: State; readonly word?: boolean }): JSX.Element {
  return (
    <span class={`state ${state}`} title={STATE_WORDS[state]}>
      <svg viewBox="0 0 12 12" aria-hidden="true" class="shape">
        <StateShape state={state} />
      </svg>
      {word && <span class="unseen">{STATE_WORDS[state]}</span>}
    </span>
  );
}

/** The shape alone, in a box of 12 by 12, for a drawing. */
export function StateShape({ state }: { readonly state: State }): JSX.Element {
  switch (state) {
    case 'up':
      return <circle cx="6" cy="6" r="4.5" />;
    case 'at-risk':
      return <path d="M6 1a5 5 0 1 0 5 5H6z" />;
    case 'degraded':
      return <path d="M6 1 11.5 11H.5z" />;
    case 'down':
      return <path d="M1 1h10v10H1z" />;
    case 'unknown':
      return <circle cx="6" cy="6" r="4.5" class="ring" />;
  }
}
