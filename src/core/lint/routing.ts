import type { Diagnostic, Service } from '../../model/configuration.ts';
import type { Graph } from '../graph/graph.ts';
import { hearersAt, momentsOfAWeek, toldAs } from './who-hears.ts';
import type { Told } from './who-hears.ts';

/** `page/none`: a failure of a service would reach nobody, always or at some hour of the coming week. */
export function routing(graph: Graph, now: number): readonly Diagnostic[] {
  const moments = momentsOfAWeek(graph.configuration, now);
  return [...graph.services.values()].flatMap((service) => {
    const told = toldAs(graph, service);
    if (told === undefined) return [];
    const silent = moments.filter((at) => hearersAt(graph, service, told, at).length === 0);
    const [at] = silent;
    return at === undefined ? [] : [found(graph, service, told, silent.length === moments.length ? null : at)];
  });
}

function found(graph: Graph, service: Service, { tier, owner, event }: Told, at: number | null): Diagnostic {
  const { channels, routes } = graph.configuration;
  const who = `${service.id} (tier ${String(tier)}, owner ${owner ?? 'nobody'})`;
  const when = at === null ? '' : `, on ${inWords(at)} for example,`;
  const reason =
    channels.length === 0
      ? 'there is no channel'
      : routes.length === 0
        ? `there are ${String(channels.length)} channels and no routes`
        : `no route leads a ${event} to a channel`;
  return {
    code: 'page/none',
    severity: 'error',
    subject: service.id,
    message: `a failure of ${who}${when} would reach nobody: ${reason}`,
    place: service.place,
    path: [service.id],
    help:
      channels.length === 0
        ? 'name one: channels: { mail: { kind: email, … } }; a single channel needs no routes'
        : `add a route without match at the end, so that nothing falls through: routes: [ …, { page: [${channels[0]?.id ?? ''}] } ]`,
  };
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

function inWords(at: number): string {
  const iso = new Date(at).toISOString();
  return `${DAYS[new Date(at).getUTCDay()] ?? ''} at ${iso.slice(11, 16)} UTC`;
}
