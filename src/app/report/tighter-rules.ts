import type { TighterRules } from '../../core/report/incident-record.ts';
import type { Configuration } from '../../model/configuration.ts';
import type { IncidentId } from '../../model/ids.ts';
import { engine } from '../../core/tocsin-engine.ts';
import { startOf } from '../replay/history.ts';
import type { History } from '../replay/history.ts';
import type { IncidentSpan } from '../replay/incident-span.ts';
import { whatIf } from '../replay/what-if.ts';

const TIGHTER: readonly { readonly words: string; readonly change: (c: Configuration) => Configuration }[] = [
  {
    words: 'pageAfter: 0s',
    change: (configuration) => ({ ...configuration, pageAfterMs: [0, 0, 0, 0] }),
  },
  {
    words: 'one failure less to confirm',
    change: (configuration) => ({
      ...configuration,
      probes: configuration.probes.map((probe) => ({
        ...probe,
        confirm: { ...probe.confirm, failures: Math.max(1, probe.confirm.failures - 1) },
      })),
    }),
  },
];

/** What tighter rules would have made of the time around an incident: earlier by how much, at the price of what. */
export async function tighterRules(
  history: History,
  id: IncidentId,
  { from, to, onset }: IncidentSpan,
): Promise<readonly TighterRules[]> {
  const configuration = await configurationAt(history, onset);
  if (configuration === null) return [];
  const results: TighterRules[] = [];
  for (const { words, change } of TIGHTER) {
    const rules = { configuration: change(configuration), judges: new Map() };
    const { answer } = await whatIf(history, rules, { from, to });
    const moved = [...answer.earlier, ...answer.later, ...answer.same].find(({ was }) => was.incident === id);
    results.push({ words, pagedAt: moved?.now.at ?? null, addedPages: answer.added.length });
  }
  return results;
}

async function configurationAt(history: History, at: number): Promise<Configuration | null> {
  const start = await startOf(history, { from: at });
  let configuration = engine.configuration(start.state);
  for await (const page of history.entriesAfter(start.afterN)) {
    for (const entry of page) {
      if (entry.at > at && configuration !== null) return configuration;
      if (entry.kind === 'config') configuration = entry.configuration;
    }
  }
  return configuration;
}
