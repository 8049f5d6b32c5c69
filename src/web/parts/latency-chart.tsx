import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { SummaryBody } from '../../api/shapes/observation.ts';
import { dayText, timeOfDay } from '../words/clock-text.ts';
import { latency } from '../words/duration.ts';
import { counted } from '../words/phrases.ts';

const HEIGHT = 160;

/** Median and 95th percentile of the latency, with the share of failed runs as bars below. */
export function LatencyChart({ steps }: { readonly steps: readonly SummaryBody[] }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  useEffect(() => {
    const parent = frame.current;
    if (parent === null) return undefined;
    chart.current = new UPlot(options(parent), dataOf(steps), parent);
    const resized = new ResizeObserver(() => chart.current?.setSize({ width: parent.clientWidth, height: HEIGHT }));
    resized.observe(parent);
    return () => {
      resized.disconnect();
      chart.current?.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(dataOf(steps)), [steps]);
  const sum = (count: (step: SummaryBody) => number): number => steps.reduce((all, step) => all + count(step), 0);
  const said = `${counted(
    sum(({ runs }) => runs),
    'run',
  )}, ${sum(({ failures }) => failures)} failed, ${sum(({ unknown }) => unknown)} unknown`;
  return (
    <figure class="chart">
      <div ref={frame} role="img" aria-label={`Latency over time: ${said}`} />
      <figcaption class="muted small">{said}</figcaption>
    </figure>
  );
}

function dataOf(steps: readonly SummaryBody[]): UPlot.AlignedData {
  return [
    steps.map(({ from }) => Date.parse(from) / 1000),
    steps.map(({ p50Ms }) => p50Ms),
    steps.map(({ p95Ms }) => p95Ms),
    steps.map(({ runs, failures }) => (runs === 0 ? null : (failures / runs) * 100)),
  ];
}

function options(parent: HTMLElement): UPlot.Options {
  const style = getComputedStyle(parent);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  };
  return {
    width: parent.clientWidth,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    scales: { failed: { range: [0, 100] } },
    axes: [
      { ...axis, values: clockTicks },
      { ...axis, size: 62, values: (_, ticks) => ticks.map(latency) },
    ],
    series: [
      { value: (_, at: number | null) => (at === null ? '–' : clockTick(at)) },
      { label: 'median', stroke: colour('--text'), width: 1.5, value: (_, ms) => latencyOrNone(ms) },
      { label: '95 %', stroke: colour('--muted'), width: 1, dash: [3, 3], value: (_, ms) => latencyOrNone(ms) },
      {
        label: 'failed',
        scale: 'failed',
        stroke: colour('--down'),
        fill: colour('--down'),
        width: 0,
        ...(UPlot.paths.bars === undefined ? {} : { paths: UPlot.paths.bars({ size: [0.8, 12] }) }),
        points: { show: false },
        value: (_, share: number | null) => (share === null ? '–' : `${Math.round(share)} %`),
      },
    ],
  };
}

/** Times of day in 24 hours; at midnight, and where a day or more lies between ticks, the date. */
function clockTicks(_: UPlot, seconds: readonly number[]): string[] {
  const isDaily = (seconds[1] ?? 0) - (seconds[0] ?? 0) >= 86_400;
  return seconds.map((at) => {
    const time = clockTick(at);
    return isDaily || time === '00:00' ? dayText(new Date(at * 1000).toISOString()) : time;
  });
}

function clockTick(seconds: number): string {
  return timeOfDay(new Date(seconds * 1000).toISOString(), { seconds: false });
}

function latencyOrNone(ms: number | null): string {
  return ms === null ? '–' : latency(ms);
}
