import { join, resolve } from 'node:path';
import type { Notification } from '../../../src/model/notification.ts';
import { runToEnd } from '../../package/package.ts';
import type { RunningDaemon } from '../../servers/daemon.ts';
import type { Told } from '../../servers/told.ts';

const MAIN = resolve(import.meta.dirname, '../../../src/cli/main.ts');

/** How often a probe of a scenario runs. */
export const INTERVAL_MS = 2000;

/** What all scenarios run under: an interval of two seconds, two failures, a hold of one to four seconds. */
export const RULES = `
server: { owner: sre }
defaults:
  every: ${INTERVAL_MS / 1000}s
  timeout: 1s
  confirm: { failures: 2, every: 500ms }
  pageAfter: 0s
  hold: { min: 1s, max: 4s }
channels: { hook: { kind: webhook, url: HOOK_URL } }
`;

/** What a stub service answers to a probe that looks at what it says, not only at its status. */
export const SAYS_OK = `expect: { contains: '"ok":true' }`;

/** A line of `services`: one that is probed at this address. */
export function probed(name: string, url: string, needs: readonly string[] = []): string {
  return `  ${name}: { tier: 0, needs: [${needs.join(', ')}], probes: { get: { kind: http, url: '${url}', ${SAYS_OK} } } }\n`;
}

/** The capabilities that a message tells to be in this state, sorted. */
export function toldAs(state: 'down' | 'degraded' | 'at-risk', { incident }: Notification): readonly string[] {
  return (incident?.impact ?? []).flatMap((hit) => (hit.state === state ? [hit.capability] : [])).sort();
}

/** Every capability that any message so far told to be hit in any way, the roots' own left out; sorted. */
export function everTold(tocsin: RunningDaemon): readonly string[] {
  const all = tocsin.messages().flatMap(({ incident }) => incident?.impact ?? []);
  return [...new Set(all.map(({ capability }) => capability))].sort();
}

/** The incidents that were paged, in order of arrival: one name twice is two pages. */
export function pagesOf(tocsin: RunningDaemon): readonly string[] {
  return tocsin.messages().flatMap((m) => (m.event === 'page' && m.incident !== null ? [m.incident.id] : []));
}

/** The next message of this kind, and, where named, about this root. */
export function heard(tocsin: RunningDaemon, event: Notification['event'], root?: string): Promise<Told> {
  return tocsin.message((m) => m.event === event && (root === undefined || m.incident?.root.id === root));
}

/** What `tocsin check` says about the daemon's configuration, as `code subject`. */
export async function findingsOf(tocsin: RunningDaemon): Promise<readonly string[]> {
  const args = [MAIN, 'check', '--json', join(tocsin.folder, 'config')];
  const { stdout } = await runToEnd(process.execPath, args, { cwd: tocsin.folder, env: { ...process.env } });
  const { findings } = JSON.parse(stdout) as { findings: readonly { code: string; subject: string }[] };
  return findings.map(({ code, subject }) => `${code} ${subject}`);
}

/** Gives the daemon another configuration; resolves when it has taken effect. */
export async function reload(tocsin: RunningDaemon, yaml: string): Promise<void> {
  const hash = async (): Promise<string> => {
    const response = await fetch(`${tocsin.url}/api/v1/status`);
    return ((await response.json()) as { configHash: string }).configHash;
  };
  const before = await hash();
  await tocsin.write(yaml);
  while ((await hash()) === before) await new Promise((done) => setTimeout(done, 50));
}

/** A run as the API tells it. */
export interface ToldRun {
  readonly outcome: string;
  readonly class?: string;
  readonly message?: string;
  readonly startedAt: string;
}

/** The newest runs of a probe, newest first, at most a hundred. */
export async function runsOf(tocsin: RunningDaemon, probe: string): Promise<readonly ToldRun[]> {
  const response = await fetch(`${tocsin.url}/api/v1/observations?probe=${encodeURIComponent(probe)}&limit=100`);
  const { items } = (await response.json()) as { items: readonly ToldRun[] };
  return items;
}

/** Until a probe has so many runs that satisfy; its own schedule is what is waited for. */
export async function untilRuns(
  tocsin: RunningDaemon,
  probe: string,
  times: number,
  wanted: (run: ToldRun) => boolean,
): Promise<readonly ToldRun[]> {
  for (;;) {
    const runs = (await runsOf(tocsin, probe)).filter(wanted);
    if (runs.length >= times) return runs;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** For `untilRuns`: those that began at or after a moment of the wall clock, with this outcome where one is named. */
export function began(at: number, outcome?: 'pass' | 'fail' | 'unknown'): (run: ToldRun) => boolean {
  return (run) => Date.parse(run.startedAt) >= at && (outcome === undefined || run.outcome === outcome);
}
