import { lint } from '../../../src/core/lint/lint.ts';
import type { Findings } from '../../../src/core/lint/lint.ts';
import type { Configuration } from '../../../src/model/configuration.ts';
import type { LoadedConfiguration } from '../../../src/ports/loaded.ts';
import { loadExample } from '../../docs/yaml-examples.ts';

/** The day on which tests look: drills and acceptances are judged from here. */
export const NOW = Date.UTC(2026, 10, 22, 12);

/** Nothing in the way of what a test is about: a channel, an anchor, and an owner for everything. */
const AROUND = `vantage: { anchors: [{ tcp: 192.0.2.1:443 }] }
owner: team
`;
const CHANNEL = 'channels: { hook: { kind: webhook, url: http://127.0.0.1:9/hook } }\n';

/** What lint says of a text, read with the real kinds; what has no `channels` gets one. */
export async function lintOf(text: string, now: number = NOW): Promise<Findings> {
  const { configuration, findings } = await loadedOf(text);
  return lint(configuration, now, findings);
}

/** The configuration of such a text. */
export async function configurationOf(text: string): Promise<Configuration> {
  return (await loadedOf(text)).configuration;
}

async function loadedOf(text: string): Promise<LoadedConfiguration> {
  const result = await loadExample(`${AROUND}${/^channels:/m.test(text) ? '' : CHANNEL}${text}`);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.loaded;
}

/** Findings of some codes, as `code subject: message`. */
export async function findingsOf(text: string, codes: RegExp, now: number = NOW): Promise<readonly string[]> {
  const { findings } = await lintOf(text, now);
  return findings.filter((f) => codes.test(f.code)).map((f) => `${f.code} ${f.subject}: ${f.message}`);
}
