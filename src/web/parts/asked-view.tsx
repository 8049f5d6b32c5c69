import type { ComponentChildren, JSX } from 'preact';
import type { Asked } from '../world/asked.ts';

/** Shows an answer once it is there, and above it why a newer one could not be had. */
export function AskedView<Body>({
  asked,
  children,
}: {
  readonly asked: Asked<Body>;
  readonly children: (body: Body) => ComponentChildren;
}): JSX.Element {
  const { body, error, again } = asked;
  return (
    <>
      {error !== null && (
        <p class="trouble" role="alert">
          {error.message}{' '}
          <button type="button" onClick={again}>
            Ask again
          </button>
        </p>
      )}
      {body !== null ? children(body) : error === null && <p class="muted waiting">Asking…</p>}
    </>
  );
}
