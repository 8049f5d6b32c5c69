import type { ProbeKind } from '../ports/probe-kind.ts';
import { findingOfAddresses } from './judging/addresses.ts';
import { judgementOf, type Finding } from './judging/judgement.ts';
import { ECHO, findingOf, measurePing, type PingMeasured } from './ping/measure.ts';
import { pingOptions, type PingOptions } from './ping/options.ts';
import { LOOKUP_FACTS } from './net/fact-names.ts';

/** Asks whether a host's network answers at all. */
export const ping: ProbeKind<PingOptions, PingMeasured> = {
  name: 'ping',
  description:
    "Sends echo requests to each address of a host by the system's ping (iputils); one answer is enough. Assertions " +
    'see `rttMs` (average) and `lossPercent`. Shallow: it proves that a network stack answers.',
  example: `kind: ping
host: gateway.example
assert: ["lossPercent < 50.0"]
`,
  schema: pingOptions,
  // It opens no connections of its own, so there is no port for a hostile server to stand at.
  traits: {
    steps: [{ name: ECHO, kind: 'reach' }],
    facts: LOOKUP_FACTS,
    origin: 'run',
    onDemand: true,
    network: false,
  },
  deep: () => false,
  shorthand: {
    example: 'ping:gateway.example',
    schemes: ['ping'],
    options: (url) => ({ host: url.replace(/^ping:(\/\/)?/, '').replace(/^\[(.*)\]$/, '$1') }),
  },
  run: (options, context) => measurePing(options, context),
  judge({ attempts, lookup, lookupMs }, options) {
    const findings = attempts.map((attempt) => ({ ...attempt, finding: findingOf(attempt, options) }));
    const finding: Finding | undefined =
      lookup === undefined
        ? findingOfAddresses(findings)
        : { step: ECHO, class: lookup.class, message: lookup.message };
    const [first] = attempts;
    const { summary } = first ?? {};
    const plan = [{ name: ECHO, kind: 'reach' as const, ms: lookupMs + (first?.ms ?? 0) }];
    return judgementOf(plan, finding, {
      warnings: [],
      ...(finding !== undefined && {
        evidence: {
          attempts: attempts.map(({ address, stopped }) => ({ address, ...(stopped && { code: stopped.code }) })),
        },
      }),
      variables: {
        ...(summary?.rttMs !== undefined && { rttMs: summary.rttMs.average }),
        ...(summary !== undefined &&
          summary.sent > 0 && { lossPercent: (100 * (summary.sent - summary.received)) / summary.sent }),
      },
    });
  },
  variables: { rttMs: 'double', lossPercent: 'double' },
};
