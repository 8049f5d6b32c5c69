import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { IncidentBody } from '../../api/shapes/incident.ts';
import { incidents } from '../world/live.ts';
import { tell } from '../world/ask.ts';

/** Says that somebody works on it. Shown while it is open and nobody said so. */
export function Acknowledge({ view }: { readonly view: IncidentBody }): JSX.Element | null {
  const refusal = useSignal<string | null>(null);
  if (view.state !== 'open' || view.acknowledgedBy !== null) return null;
  const acknowledge = async (): Promise<void> => {
    refusal.value = null;
    try {
      const after = await tell<IncidentBody>('POST', `incidents/${encodeURIComponent(view.id)}/ack`);
      incidents.value = new Map([...incidents.value, [after.id, after]]);
    } catch (reason) {
      refusal.value = reason instanceof Error ? reason.message : String(reason);
    }
  };
  return (
    <>
      <button type="button" aria-label={`Acknowledge ${view.id}`} onClick={() => void acknowledge()}>
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
