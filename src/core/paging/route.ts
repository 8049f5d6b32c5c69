import type { Configuration, Route } from '../../model/configuration.ts';
import type { ChannelId } from '../../model/ids.ts';
import { matchesPattern } from '../pattern.ts';

/** What routes are matched against. `capabilities` and `classes` match when any of them does. */
export interface Routed {
  readonly tier: number;
  readonly owner: string | null;
  readonly service: string;
  readonly capabilities: readonly string[];
  readonly kind: string;
  readonly class: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly at: number;
}

/** Where one event goes: channels in order, each with the fallback of the route that named it first. */
export interface Destination {
  readonly channel: ChannelId;
  readonly fallback?: NonNullable<Route['fallback']>;
}

/** The channels for an event: of the first matching route, and of later ones while `continue` says so. */
export function destinations(
  configuration: Configuration,
  routed: Routed,
  use: 'page' | 'ticket' | 'consumers',
): readonly Destination[] {
  const found = new Map<ChannelId, Destination>();
  for (const route of matchingRoutes(configuration, routed)) {
    for (const channel of route[use]) {
      if (!found.has(channel))
        found.set(channel, { channel, ...(route.fallback === undefined ? {} : { fallback: route.fallback }) });
    }
  }
  return [...found.values()];
}

/** The first route that matches, and later ones while `continue` says so. */
export function matchingRoutes(configuration: Configuration, routed: Routed): readonly Route[] {
  const found: Route[] = [];
  for (const route of configuration.routes) {
    if (!matches(route, routed)) continue;
    found.push(route);
    if (!route.continue) break;
  }
  return found;
}

function matches(route: Route, routed: Routed): boolean {
  const { match } = route;
  if (match.tier !== undefined && !match.tier.some((t) => t === routed.tier)) return false;
  if (match.owner !== undefined && !match.owner.some((o) => o === routed.owner)) return false;
  if (match.service !== undefined && !match.service.some((s) => matchesPattern(s, routed.service))) return false;
  if (
    match.capability !== undefined &&
    !match.capability.some((p) => routed.capabilities.some((c) => matchesPattern(p, c)))
  )
    return false;
  if (match.kind !== undefined && !match.kind.includes(routed.kind)) return false;
  if (match.class !== undefined && !match.class.some((c) => routed.class !== null && matchesPattern(c, routed.class)))
    return false;
  for (const [key, value] of Object.entries(match.labels ?? {})) if (routed.labels[key] !== value) return false;
  return match.hours === undefined || withinHours(match.hours, routed.at);
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Whether a moment lies in hours of a named zone, judged by `Intl`; a span whose end is not after its start runs over midnight. */
export function withinHours(hours: NonNullable<Route['match']['hours']>, at: number): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: hours.timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '';
  const clock = `${part('hour')}:${part('minute')}`;
  const day = part('weekday').toLowerCase().slice(0, 3);
  const overnight = hours.until <= hours.from;
  const within = overnight ? clock >= hours.from || clock < hours.until : clock >= hours.from && clock < hours.until;
  if (!within || hours.days === undefined) return within;
  // After midnight an overnight span still belongs to the day it began on.
  const began = overnight && clock < hours.until ? DAYS[(DAYS.indexOf(day) + 6) % 7] : day;
  return hours.days.some((d) => d.toLowerCase().slice(0, 3) === began);
}
