import { createHash } from 'node:crypto';
import type { Configuration } from '../model/configuration.ts';
import type { Sha256 } from '../model/ids.ts';
import { canonicalJson } from './canonical-json.ts';

/** SHA-256 of a value's canonical JSON. */
export function hashOf(value: unknown): Sha256 {
  return createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex') as Sha256;
}

/** A configuration's hash: over everything it says, not over where it says it. */
export function hashConfiguration(configuration: Omit<Configuration, 'hash'>): Sha256 {
  return hashOf(withoutPlaces(configuration));
}

function withoutPlaces(configuration: Omit<Configuration, 'hash'>): unknown {
  const { services, capabilities, probes, channels, routes, maintenance, ...rest } = configuration;
  return {
    ...rest,
    services: services.map((service) => ({
      ...placeless(service),
      recovery: service.recovery.map(placeless),
      accept: service.accept.map(placeless),
    })),
    capabilities: capabilities.map((capability) => ({
      ...placeless(capability),
      needs: capability.needs.map(placeless),
    })),
    probes: probes.map((probe) => ({ ...placeless(probe), assert: probe.assert.map(placeless) })),
    channels: channels.map(placeless),
    routes: routes.map(placeless),
    maintenance: maintenance.map(placeless),
  };
}

function placeless<T extends { readonly place: unknown; readonly places?: unknown }>({
  place: _,
  places: __,
  ...rest
}: T): Omit<T, 'place' | 'places'> {
  return rest;
}
