import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { IncidentBody } from '../../api/shapes/incident.ts';
import { tell } from '../world/ask.ts';
import { attempt } from '../world/attempt.ts';
import { keep } from '../world/live.ts';

/** Says that somebody works on it. Shown while it is open and nobody said so. */
export function Acknowledge({ view }: { readonly view: IncidentBody }): JSX.Element | null {
  const refusal = useSignal<string | null>(null);
  if (view.state !== 'open' || view.acknowledgedBy !== null) return null;
  const acknowledge = async (): Promise<void> => {
    keep(await tell<IncidentBody>('POST', `incidents/${encodeURIComponent(view.id)}/ack`));
  };
  return (
    <>
      <button type="button" aria-label={`Acknowledge ${view.id}`} onClick={() => void attempt(refusal, acknowledge)}>
        Acknowledge
      </button>
      {refusal.value !== null && (
        <span class="trouble small" role="alert">
          {refusal.value}
        </span>
      )}
    </>
  );
}
