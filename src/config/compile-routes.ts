import type { Route, Tier } from '../model/configuration.ts';
import type { ChannelId } from '../model/ids.ts';
import type { Declarations } from './gather.ts';
import { RouteSchema } from './grammar/root.ts';
import type { Mistakes } from './mistakes.ts';
import { capabilityNamed, channelNamed, serviceNamed } from './names.ts';
import type { Names } from './names.ts';
import { readFields, withNodes } from './read-fields.ts';
import type { Fields } from './read-fields.ts';
import { tellRepeated } from './tell-double.ts';
import { child, placeOf } from './yaml-tree.ts';
import type { YamlNode } from './yaml-tree.ts';

/** Who hears. With exactly one channel and no routes, that channel hears everything. */
export function compileRoutes(declarations: Declarations, names: Names, mistakes: Mistakes): readonly Route[] {
  const { routes, channels } = declarations;
  if (routes !== undefined) {
    return routes.list.items.flatMap((node, index) => compileRoute(node, index, names, mistakes) ?? []);
  }
  const [only, ...others] = channels.values();
  // With several channels and no routes nobody hears anything: lint says so.
  if (only === undefined || others.length > 0) return [];
  const all = [only.name as ChannelId];
  return [
    { match: {}, page: all, ticket: all, consumers: all, escalate: [], continue: false, place: placeOf(only.key) },
  ];
}

function compileRoute(node: YamlNode, index: number, names: Names, mistakes: Mistakes): Route | undefined {
  const name = `routes[${index}]`;
  const fields = readFields(RouteSchema, { node, at: node, subject: name, name }, mistakes);
  if (node.kind !== 'map') return undefined;
  if (!['page', 'ticket', 'consumers'].some((key) => node.entries.has(key))) {
    const message = 'a route that names no channel: page, ticket and consumers are missing';
    mistakes.error({ code: 'config/missing', place: placeOf(node), subject: name, message });
  }
  const page = channelsAt(fields.page ?? [], child(node, 'page'), names);
  const ticket = fields.ticket === undefined ? page : channelsAt(fields.ticket, child(node, 'ticket'), names);
  const consumers =
    fields.consumers === undefined ? ticket : channelsAt(fields.consumers, child(node, 'consumers'), names);
  return {
    match: matchOf(fields.match, child(node, 'match'), names),
    page,
    ticket,
    consumers,
    ...(fields.fallback === undefined
      ? {}
      : {
          fallback: {
            afterMs: fields.fallback.after,
            to: channelsAt(fields.fallback.to, child(child(node, 'fallback'), 'to'), names),
          },
        }),
    escalate: withNodes(fields.escalate ?? [], child(node, 'escalate')).map(([step, at]) => ({
      afterMs: step.after,
      to: channelsAt(step.to, child(at, 'to'), names),
    })),
    continue: fields.continue ?? false,
    place: placeOf(node),
  };
}

function channelsAt(written: readonly string[], list: YamlNode | undefined, names: Names): readonly ChannelId[] {
  const named = withNodes(written, list);
  tellRepeated(named, names.mistakes);
  return named.map(([channel, node]) => channelNamed(channel, node, names)).filter((id) => id !== undefined);
}

function matchOf(match: Fields<typeof RouteSchema>['match'], node: YamlNode | undefined, names: Names): Route['match'] {
  if (match === undefined) return {};
  const { tier, owner, service, capability, kind, class: failureClass, labels, hours } = match;
  for (const [name, at] of withNodes(service ?? [], child(node, 'service'))) serviceNamed(name, at, names);
  const capabilities = withNodes(capability ?? [], child(node, 'capability')).flatMap(
    ([name, at]) => capabilityNamed(name, at, names) ?? [],
  );
  return {
    ...(tier === undefined ? {} : { tier: tier as Tier[] }),
    ...(owner === undefined ? {} : { owner }),
    ...(service === undefined ? {} : { service }),
    ...(capability === undefined ? {} : { capability: capabilities }),
    ...(kind === undefined ? {} : { kind }),
    ...(failureClass === undefined ? {} : { class: failureClass }),
    ...(labels === undefined ? {} : { labels }),
    ...(hours === undefined
      ? {}
      : {
          hours: {
            from: hours.from,
            until: hours.until,
            timezone: hours.timezone,
            ...(hours.days === undefined ? {} : { days: hours.days }),
          },
        }),
  };
}
