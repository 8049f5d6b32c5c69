import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import type { StripsBody } from '../../api/routes/strips.ts';
import { timeOfDay } from '../words/clock-text.ts';
import { ask } from '../world/ask.ts';

const AT_ONCE = 25;
const FRESH_MS = 120_000;
const WIDTH = 4;
const HEIGHT = 16;

/** What is known of a service's last day: share of failed runs per half hour; null where nothing is known. */
interface Recent {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly slots: readonly (number | null)[];
  readonly askedAt: number;
}

const recent = signal<ReadonlyMap<string, Recent>>(new Map());
const wanted = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Asks for many strips with few questions: whatever rows are shown within one blink. */
function want(service: string): void {
  wanted.add(service);
  timer ??= setTimeout(() => {
    timer = undefined;
    void fetchWanted();
  }, 30);
}

async function fetchWanted(): Promise<void> {
  const names = [...wanted];
  wanted.clear();
  for (let index = 0; index < names.length; index += AT_ONCE) {
    const some = names.slice(index, index + AT_ONCE);
    try {
      const { from, stepMs, items } = await ask<StripsBody>(
        `strips?services=${some.map(encodeURIComponent).join(',')}`,
      );
      const askedAt = Date.now();
      const fresh = items.map(
        ({ service, slots }) => [service, { fromMs: Date.parse(from), stepMs, slots, askedAt }] as const,
      );
      recent.value = new Map([...recent.value, ...fresh]);
    } catch {
      // A strip is a courtesy: the page says elsewhere that the daemon does not answer.
      return;
    }
  }
}

/** The last 24 hours of a service: a low line where all was well, a bar by the share of failed runs, a gap where nothing is known. */
export function Strip({ service }: { readonly service: string }): JSX.Element {
  const known = recent.value.get(service);
  useEffect(() => {
    if (known === undefined || Date.now() - known.askedAt > FRESH_MS) want(service);
    const again = setInterval(() => want(service), FRESH_MS);
    return () => clearInterval(again);
  }, [service]);
  if (known === undefined) return <svg class="strip" aria-hidden="true" viewBox={`0 0 ${48 * WIDTH} ${HEIGHT}`} />;
  const { slots, fromMs, stepMs } = known;
  const failed = slots.filter((share) => share !== null && share > 0).length;
  const seen = slots.filter((share) => share !== null).length;
  const label = `last 24 h: failures in ${failed} of ${seen} half hours with results`;
  return (
    <svg
      class="strip"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${slots.length * WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      {slots.map((share, index) =>
        share === null ? null : <Slot key={index} index={index} share={share} atMs={fromMs + index * stepMs} />,
      )}
    </svg>
  );
}

function Slot({
  index,
  share,
  atMs,
}: {
  readonly index: number;
  readonly share: number;
  readonly atMs: number;
}): JSX.Element {
  const height = share === 0 ? 2 : 5 + Math.round(share * (HEIGHT - 5));
  const word = share === 0 ? 'no failure' : `${Math.round(share * 100)} % failed`;
  const kind = share === 0 ? 'fine' : share < 0.5 ? 'degraded' : 'down';
  return (
    <rect class={kind} x={index * WIDTH} y={HEIGHT - height} width={WIDTH - 1} height={height}>
      <title>{`${timeOfDay(new Date(atMs).toISOString(), { seconds: false })}: ${word}`}</title>
    </rect>
  );
}
