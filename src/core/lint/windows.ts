import type { Diagnostic, Probe } from '../../model/configuration.ts';
import type { Graph } from '../graph/graph.ts';
import { writtenDuration as written } from '../written-duration.ts';
import { cronGaps } from './cron-gaps.ts';

/**
 * `detect/window`: a window or a timeout that the interval cannot fill. A timeout longer than `every` is found where
 * the text is read, as it is cut there.
 */
export function windows(graph: Graph): readonly Diagnostic[] {
  return graph.configuration.probes
    .filter((probe) => probe.enabled)
    .flatMap((probe) => {
      const promisedMs = graph.services.get(probe.service)?.detectWithinMs;
      return [...cronTrouble(probe), ...ratioTrouble(probe, promisedMs), ...pinTrouble(probe)];
    });
}

function cronTrouble(probe: Probe): readonly Diagnostic[] {
  if (probe.schedule.kind !== 'cron') return [];
  const { expression } = probe.schedule;
  const gaps = cronGaps(expression);
  const place = probe.places?.schedule ?? probe.place;
  if (gaps === undefined) {
    const message = `${probe.id} never comes due: there is no such time as "${expression}"`;
    return [found(probe, place, message, 'write a time that exists; day of month and day of week must both match')];
  }
  if (probe.timeoutMs <= gaps.shortestMs) return [];
  const gap = written(gaps.shortestMs);
  return [
    found(
      probe,
      probe.places?.timeout ?? place,
      `${probe.id} may take ${written(probe.timeoutMs)} and is due again after ${gap}: some of its runs never begin`,
      `a run must end before the next one begins: timeout of at most ${gap}`,
    ),
  ];
}

/** Only a ratio that was written at the probe: nobody chose the default one. */
function ratioTrouble(probe: Probe, promisedMs: number | undefined): readonly Diagnostic[] {
  const place = probe.places?.ratio;
  if (place === undefined) return [];
  const { failures, of } = probe.ratio;
  const shown = `${String(failures)} of ${String(of)}`;
  if (probe.schedule.kind === 'pushed') {
    const message = `the ratio of ${probe.id} (${shown}) is never judged: others push to it, and one missing sign of life is a failure`;
    return [found(probe, place, message, 'remove the ratio')];
  }
  const everyMs = intervalOf(probe);
  if (promisedMs === undefined || everyMs * failures <= promisedMs) return [];
  return [
    found(
      probe,
      place,
      `the ratio of ${probe.id} (${shown}) needs at least ${String(failures)} × ${written(everyMs)} = ${written(everyMs * failures)} to see a fault that comes and goes, promised is ${written(promisedMs)}`,
      `ask for fewer failures, run it more often, or promise ${written(everyMs * failures)}`,
    ),
  ];
}

function pinTrouble(probe: Probe): readonly Diagnostic[] {
  const everyMs = intervalOf(probe);
  return probe.pins.flatMap(({ fact, values }) =>
    values.flatMap(({ value, from, until }) => {
      if (from === undefined || until === undefined || until - from >= everyMs) return [];
      const message = `the pin ${fact}: ${value} of ${probe.id} holds for ${written(until - from)}, and it runs every ${written(everyMs)}: no run may fall into that`;
      return [found(probe, probe.place, message, `let it hold for ${written(everyMs)} or longer, or run more often`)];
    }),
  );
}

function intervalOf({ schedule }: Probe): number {
  return schedule.kind === 'cron' ? (cronGaps(schedule.expression)?.longestMs ?? 0) : schedule.everyMs;
}

function found(probe: Probe, place: Probe['place'], message: string, help: string): Diagnostic {
  return { code: 'detect/window', severity: 'error', subject: probe.id, message, place, help };
}
