import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { IncidentBody } from '../../api/shapes/incident.ts';
import type { ServiceBody } from '../../api/shapes/service.ts';
import { incidents, now, services } from './live.ts';

/** The world at one moment: the live one, or as it was known at an instant of the past. */
export interface Moment {
  readonly services: ReadonlyMap<string, ServiceBody>;
  readonly incidents: ReadonlyMap<string, IncidentBody>;
  /** What time it is in that world. */
  readonly nowMs: number;
  readonly isLive: boolean;
}

/** The past moment that a view shows; null while it shows the present. */
export const PastMoment = createContext<Moment | null>(null);

/** The moment that the surrounding view shows. Within the live world a component follows every change. */
export function useMoment(): Moment {
  const past = useContext(PastMoment);
  return past ?? { services: services.value, incidents: incidents.value, nowMs: now.value, isLive: true };
}

/** What time it is in the surrounding view. */
export function useNow(): number {
  const past = useContext(PastMoment);
  return past === null ? now.value : past.nowMs;
}

/** Incidents that are not over in that moment, those that were told first. */
export function openOf(all: Iterable<IncidentBody>): readonly IncidentBody[] {
  return [...all]
    .filter(({ state }) => state !== 'resolved')
    .sort((a, b) => Number(a.state === 'pending') - Number(b.state === 'pending') || newer(a, b));
}

function newer(a: IncidentBody, b: IncidentBody): number {
  return a.incident.startedAt < b.incident.startedAt ? 1 : -1;
}
