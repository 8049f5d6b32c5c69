import type { JSX } from 'preact';
import { timeOfDay, utcTime } from '../words/clock-text.ts';
import type { Mark } from './marks.ts';

const HEIGHT = 56;
const WIDTH = 1000;

/** A window of time: how much failed when, what happened, and the instant that is looked at. */
export function TimeSlider({
  fromMs,
  toMs,
  atMs,
  shares,
  marks,
  go,
}: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly atMs: number;
  /** Share of failed runs per equal part of the window; null where nothing is known. */
  readonly shares: readonly (number | null)[];
  readonly marks: readonly Mark[];
  readonly go: (atMs: number) => void;
}): JSX.Element {
  const x = (ms: number): number => ((ms - fromMs) / (toMs - fromMs)) * WIDTH;
  const width = WIDTH / Math.max(1, shares.length);
  return (
    <div class="slider">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {shares.map((share, index) =>
          share === null ? null : (
            <rect
              key={index}
              class={share === 0 ? 'fine' : 'down'}
              x={index * width}
              y={HEIGHT - 14 - (share === 0 ? 2 : 4 + share * 26)}
              width={Math.max(1, width - 0.5)}
              height={share === 0 ? 2 : 4 + share * 26}
            />
          ),
        )}
        {marks.map((mark) => (
          <line
            key={`${mark.atMs}${mark.text}`}
            class={`mark ${mark.kind}`}
            x1={x(mark.atMs)}
            x2={x(mark.atMs)}
            y1={mark.kind === 'page' || mark.kind === 'over' ? 0 : HEIGHT - 12}
            y2={HEIGHT - 2}
          />
        ))}
        <line class="at" x1={x(atMs)} x2={x(atMs)} y1="0" y2={HEIGHT} />
      </svg>
      <input
        type="range"
        min={fromMs}
        max={toMs}
        step="1000"
        value={atMs}
        aria-label="Moment"
        aria-valuetext={utcTime(new Date(atMs).toISOString())}
        onInput={({ currentTarget }) => go(Number(currentTarget.value))}
      />
      <p class="ends muted small">
        <span>{timeOfDay(new Date(fromMs).toISOString(), { seconds: false })}</span>
        <span>{timeOfDay(new Date(toMs).toISOString(), { seconds: false })}</span>
      </p>
    </div>
  );
}
