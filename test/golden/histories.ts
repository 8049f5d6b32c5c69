import { resolve } from 'node:path';
import { readRules } from '../../src/app/replay/read-rules.ts';
import type { Configuration } from '../../src/model/configuration.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { FailureClass } from '../../src/model/failure.ts';
import type { IncidentId } from '../../src/model/ids.ts';
import { Simulation } from '../core/support/simulation.ts';
import type { Sight } from '../core/support/simulation.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../examples/recorded');

/** The recorded logs of the examples, by name: each as its rules and its entries, made again from nothing. */
export const HISTORIES = { rekor, kv } as const;

/** Where a recorded log, or a file of rules, lies. */
export function exampleFile(name: string): string {
  return resolve(EXAMPLES, name);
}

const MINUTE = 60_000;

/** A name that points to a host which answers everything, for half an hour; somebody acknowledges and points it back. */
async function rekor(): Promise<readonly Entry[]> {
  const broken = { from: 20 * MINUTE, until: 55 * MINUTE };
  const isBroken = (at: number): boolean => at >= broken.from && at < broken.until;
  let now = 0;
  return new Simulation(
    await configuration('signing.yaml'),
    (probe, at) => {
      now = at;
      if (!isBroken(at) || probe === 'registry/v2') return 'pass';
      return probe === 'rekor/log'
        ? failure(
            'identity.key_mismatch',
            'checkpoint is signed by key 5f3a…, configured is c0d2…',
            'key c0d2…',
            'key 5f3a…',
          )
        : failure('http.5xx', 'answered 502', 'status 200', '502');
    },
    11,
    (probe): Record<string, string[]> =>
      probe === 'rekor/log' ? { addresses: [isBroken(now + 40_000) ? '10.9.9.9' : '10.2.3.4'] } : {},
  )
    .at(24 * MINUTE, {
      kind: 'command',
      command: { kind: 'acknowledge', incident: 'rekor-1' as IncidentId, by: 'ada' },
    })
    .at(54 * MINUTE, {
      kind: 'command',
      command: { kind: 'note', incident: 'rekor-1' as IncidentId, text: 'pointing the name back by hand', by: 'ada' },
    })
    .run(90 * MINUTE).entries;
}

/** A build from the wrong environment that answers 401 to everybody, for 37 minutes. */
async function kv(): Promise<readonly Entry[]> {
  const broken = { from: 20 * MINUTE, until: 57 * MINUTE };
  return new Simulation(
    await configuration('kv.yaml'),
    (probe, at) => {
      if (at < broken.from || at >= broken.until || probe === 'session/existing' || probe === 'deliver/get')
        return 'pass';
      return probe === 'kv/canary'
        ? failure('auth.unauthorized', 'GET values/tocsin: answered 401', 'status 200', '401')
        : failure('http.5xx', 'answered 503', 'status 200', '503');
    },
    5,
  ).run(90 * MINUTE).entries;
}

function failure(its: FailureClass, message: string, expected: string, got: string): Sight {
  return { class: its, message, step: { name: 'answer', kind: 'read', outcome: 'fail', ms: 12, expected, got } };
}

async function configuration(name: string): Promise<Configuration> {
  const read = await readRules([exampleFile(name)], {});
  if (read.kind === 'refused') throw new Error(read.diagnostics.map(({ message }) => message).join('\n'));
  // Places would hold this machine's folders; nothing but messages about a configuration needs them.
  const text = JSON.stringify(read.rules.configuration).replaceAll(exampleFile(name), name);
  return JSON.parse(text) as Configuration;
}
