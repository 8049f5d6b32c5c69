import type { JSX } from 'preact';
import { useNow } from '../world/moment.ts';
import { fullTime, timeOfDay } from '../words/clock-text.ts';
import { ago, duration } from '../words/duration.ts';

/** A time read relatively and kept current; in full when pointed at. */
export function Ago({ at }: { readonly at: string }): JSX.Element {
  return <Clock at={at}>{ago(useNow() - Date.parse(at))}</Clock>;
}

/** For how long something has lasted. */
export function Lasting({ since }: { readonly since: string }): JSX.Element {
  return <Clock at={since}>{duration(useNow() - Date.parse(since))}</Clock>;
}

/** How long something will still hold. */
export function Left({ until }: { readonly until: string }): JSX.Element {
  const leftMs = Date.parse(until) - useNow();
  return <Clock at={until}>{leftMs > 0 ? `${duration(leftMs)} left` : 'no time left'}</Clock>;
}

/** A time of day in the viewer's zone; UTC when pointed at, or beside it where `utc` is set. */
export function At({ at, utc = false }: { readonly at: string; readonly utc?: boolean }): JSX.Element {
  const here = timeOfDay(at);
  const there = at.slice(11, 19);
  return (
    <Clock at={at}>
      {here}
      {utc && (here === there ? ' UTC' : <span class="muted"> {there} UTC</span>)}
    </Clock>
  );
}

function Clock({ at, children }: { readonly at: string; readonly children: unknown }): JSX.Element {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {children as JSX.Element}
    </time>
  );
}
