import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { StateBody } from '../../api/routes/state.ts';
import type { StripsBody } from '../../api/routes/strips.ts';
import type { GraphBody } from '../../api/shapes/graph.ts';
import { chooseCards } from '../graph/cards.ts';
import { Drawing } from '../graph/drawing.tsx';
import { paintMoment } from '../graph/painting.ts';
import { useLayout } from '../graph/use-layout.ts';
import { AskedView } from '../parts/asked-view.tsx';
import { OpenIncidents } from '../parts/open-incidents.tsx';
import { ServiceList } from '../parts/service-list.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { marksOf, nextMark } from '../replay/marks.ts';
import type { Mark } from '../replay/marks.ts';
import { TimeSlider } from '../replay/time-slider.tsx';
import { dayText, timeOfDay, utcTime } from '../words/clock-text.ts';
import { go, href, place } from '../world/address.ts';
import { useAsked } from '../world/asked.ts';
import type { Asked } from '../world/asked.ts';
import { incidents, now, status } from '../world/live.ts';
import { PastMoment, useMoment } from '../world/moment.ts';
import type { Moment } from '../world/moment.ts';
import '../style/graph.css';
import '../style/replay.css';

const MINUTE_MS = 60_000;
const WINDOWS = [
  ['10 min', 10 * MINUTE_MS],
  ['1 h', 60 * MINUTE_MS],
  ['6 h', 360 * MINUTE_MS],
  ['24 h', 1440 * MINUTE_MS],
] as const;
const SPEEDS = [1, 10, 60] as const;
/** How often the world is asked for while it plays. */
const FRAME_MS = 500;
const SLOTS = 200;

/** The same Now and Graph as they were known at a moment, with a slider, steps from event to event, and play. */
export function ReplayView(): JSX.Element {
  const { query } = place.value;
  const [openedMs] = useState(() => Math.floor(now.value / 1000) * 1000);
  const spanMs = WINDOWS.find(([name]) => name === query.get('window'))?.[1] ?? WINDOWS[0][1];
  const asked = Date.parse(query.get('at') ?? '');
  const atMs = Number.isNaN(asked) ? openedMs : asked;
  const toMs = windowEnd(query.get('to'), atMs, spanMs, openedMs);
  const fromMs = toMs - spanMs;
  const view = query.get('view') === 'graph' ? 'graph' : 'now';
  const choose = (changes: Readonly<Record<string, string | null>>): void => {
    const kept = { at: query.get('at'), to: new Date(toMs).toISOString(), window: query.get('window'), view };
    go(href('replay', { ...kept, ...changes }), { replace: true });
  };
  const move = (ms: number): void => choose({ at: new Date(Math.min(toMs, Math.max(fromMs, ms))).toISOString() });
  const marks = useMemo(() => marksOf(incidents.value.values(), fromMs, toMs), [incidents.value, fromMs, toMs]);
  const state = useAsked<StateBody>(`state?at=${new Date(atMs).toISOString()}`);
  const shares = useShares(fromMs, toMs);
  const player = usePlayer(atMs, toMs, move);
  return (
    <div
      class="replay"
      onKeyDown={(event) => {
        if (event.target instanceof HTMLElement && /^(?:INPUT|BUTTON|SELECT|A)$/.test(event.target.tagName)) return;
        if (event.key === ' ') player.toggle();
        else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft')
          step(marks, atMs, event.key === 'ArrowRight' ? 1 : -1, move);
        else return;
        event.preventDefault();
      }}
    >
      <Banner atMs={atMs} mark={marks.findLast((each) => each.atMs <= atMs) ?? null} />
      <TimeSlider fromMs={fromMs} toMs={toMs} atMs={atMs} shares={shares} marks={marks} go={move} />
      <p class="actions">
        <button type="button" onClick={() => step(marks, atMs, -1, move)}>
          ← Event before
        </button>
        <button type="button" aria-pressed={player.isPlaying} onClick={player.toggle}>
          {player.isPlaying ? 'Pause' : 'Play'}
        </button>
        <label class="small">
          Speed{' '}
          <select value={player.speed} onChange={({ currentTarget }) => player.setSpeed(Number(currentTarget.value))}>
            {SPEEDS.map((speed) => (
              <option key={speed} value={speed}>
                {speed}×
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => step(marks, atMs, 1, move)}>
          Event after →
        </button>
        <label class="small">
          Window{' '}
          <select
            value={query.get('window') ?? WINDOWS[0][0]}
            onChange={({ currentTarget }) => choose({ window: currentTarget.value, to: null })}
          >
            {WINDOWS.map(([name]) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => choose({ view: view === 'graph' ? 'now' : 'graph' })}>
          {view === 'graph' ? 'As a list' : 'As a graph'}
        </button>
      </p>
      <World state={state} atMs={atMs} view={view} />
    </div>
  );
}

/** The window stays where it is while the moment moves inside it, and follows a moment that lies outside. */
function windowEnd(given: string | null, atMs: number, spanMs: number, openedMs: number): number {
  const end = Date.parse(given ?? '');
  const isInside = !Number.isNaN(end) && atMs <= end && atMs >= end - spanMs;
  return isInside ? end : Math.min(openedMs, atMs + spanMs / 2);
}

function step(marks: readonly Mark[], atMs: number, direction: 1 | -1, move: (ms: number) => void): void {
  const found = nextMark(marks, atMs, direction);
  if (found !== null) move(found.atMs);
}

function Banner({ atMs, mark }: { readonly atMs: number; readonly mark: Mark | null }): JSX.Element {
  const iso = new Date(atMs).toISOString();
  return (
    <div class="banner" role="status">
      <h1>
        {dayText(iso)} {timeOfDay(iso)} <span class="muted small">{utcTime(iso)}</span>
      </h1>
      <p class="muted">
        This is the past, as it was known then.
        {mark !== null && ` Last: ${mark.text}`}
      </p>
    </div>
  );
}

function World({
  state,
  atMs,
  view,
}: {
  readonly state: Asked<StateBody>;
  readonly atMs: number;
  readonly view: 'now' | 'graph';
}): JSX.Element {
  // While the next moment is on its way the one before stays: the picture does not flicker.
  const [shown, setShown] = useState<StateBody | null>(null);
  useEffect(() => {
    if (state.body !== null) setShown(state.body);
  }, [state.body]);
  const moment = useMemo<Moment | null>(
    () =>
      shown === null
        ? null
        : {
            services: new Map(shown.services.map((each) => [each.service, each])),
            incidents: new Map(shown.incidents.map((each) => [each.id, each])),
            nowMs: atMs,
            isLive: false,
          },
    [shown, atMs],
  );
  if (moment === null || state.error !== null)
    return <AskedView asked={state}>{() => <p class="muted">…</p>}</AskedView>;
  return <PastMoment.Provider value={moment}>{view === 'graph' ? <PastGraph /> : <PastNow />}</PastMoment.Provider>;
}

function PastNow(): JSX.Element {
  const { incidents: known, services } = useMoment();
  const open = [...known.values()].filter(({ state }) => state !== 'resolved');
  const isKnown = services.size > 0;
  return (
    <>
      {open.length === 0 && (
        <div class="headline">
          <StateMark state={isKnown ? 'up' : 'unknown'} />
          <p class="title">{isKnown ? 'Nothing was known to be wrong' : 'Nothing was known yet'}</p>
        </div>
      )}
      <OpenIncidents />
      <ServiceList wanted="" />
    </>
  );
}

function PastGraph(): JSX.Element {
  const asked = useAsked<GraphBody>(`graph?of=${status.value?.configHash ?? ''}`);
  return <AskedView asked={asked}>{(graph) => <PastDrawing graph={graph} />}</AskedView>;
}

function PastDrawing({ graph }: { readonly graph: GraphBody }): JSX.Element {
  const moment = useMoment();
  const cards = useMemo(() => chooseCards(graph, { owner: null, around: null, folded: new Set() }), [graph]);
  const layout = useLayout(cards);
  if (layout === null) return <p class="muted waiting">Laying it out…</p>;
  return (
    <Drawing
      cards={cards}
      layout={layout}
      painting={paintMoment(moment, cards, null, '')}
      selected={null}
      select={({ services }) => go(href(`services/${services[0] ?? ''}`))}
    />
  );
}

/** Moves the moment on by itself. */
function usePlayer(
  atMs: number,
  toMs: number,
  move: (ms: number) => void,
): {
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly toggle: () => void;
  readonly setSpeed: (speed: number) => void;
} {
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(SPEEDS[1]);
  useEffect(() => {
    if (!isPlaying) return undefined;
    if (atMs >= toMs) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => move(atMs + FRAME_MS * speed), FRAME_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, atMs, toMs, speed]);
  return { isPlaying, speed, toggle: () => setPlaying((before) => !before), setSpeed };
}

/** How much failed when, over the services that an incident of the window touched. */
function useShares(fromMs: number, toMs: number): readonly (number | null)[] {
  const touched = [
    ...new Set([...incidents.value.values()].map(({ incident }) => incident.root.id.split('.')[0] ?? '')),
  ].slice(0, 20);
  const span = Math.round((toMs - fromMs) / 1000);
  const path = `strips?services=${touched.join(',')}&to=${new Date(toMs).toISOString()}&span=${span}s&slots=${SLOTS}`;
  const { body } = useAsked<StripsBody>(touched.length === 0 ? null : path);
  return useMemo(() => {
    const all = body?.items ?? [];
    return Array.from({ length: all[0]?.slots.length ?? 0 }, (_, index) =>
      all.reduce<number | null>((worst, { slots }) => {
        const share = slots[index] ?? null;
        return share === null ? worst : Math.max(worst ?? 0, share);
      }, null),
    );
  }, [body]);
}
