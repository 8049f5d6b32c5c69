import type { Replayed } from '../app/replay/replay.ts';
import type { DecidedSide, Difference } from '../core/replay/decide-again.ts';
import { decisionsOf, pagesOf } from '../core/replay/pages.ts';
import type { DecidedPage } from '../core/replay/pages.ts';

/** A page as JSON: times in ISO 8601. */
export function pageJson({ at, startedAt, ...page }: DecidedPage): unknown {
  return { ...page, at: iso(at), startedAt: iso(startedAt) };
}

/** What a replay without other rules found, as `replay --json` prints it. */
export function replayedJson(replayed: Replayed): object {
  const { same, entries, from, to, pages, difference, decisionHash, stateHash } = replayed;
  return {
    same,
    entries,
    from: isoOrNull(from),
    to: isoOrNull(to),
    pages: pages.map(pageJson),
    added: [],
    removed: [],
    earlier: [],
    later: [],
    uncertain: [],
    ...(difference === undefined ? {} : { difference: differenceJson(difference) }),
    decisionHash,
    stateHash,
  };
}

/** The same for a person. */
export function replayedText(replayed: Replayed): string {
  const { entries, from, to, pages, difference, decisionHash } = replayed;
  const span = from === null || to === null ? '' : `, ${iso(from)} to ${iso(to)}`;
  const lines = [`${String(entries)} ${entries === 1 ? 'entry' : 'entries'}${span}`];
  for (const page of pages) lines.push(`  ${iso(page.at)}  ${page.event}  ${page.incident}  ${page.title}`);
  if (pages.length === 0) lines.push('  no pages');
  if (difference !== undefined) return [...lines, '', ...differenceText(difference), ''].join('\n');
  lines.push(
    replayed.same
      ? `the same: every decision comes out as it was decided then`
      : `differs: the decisions end with hash ${decisionHash.now ?? '?'}, recorded is ${decisionHash.recorded ?? '?'}`,
  );
  return `${lines.join('\n')}\n`;
}

function differenceJson({ kind, entry, recorded, now, incidents }: Difference): unknown {
  const { n, at } = entry;
  return { kind, n, at: iso(at), entry: withoutConfiguration(entry), recorded, now: { ...now, incidents } };
}

function differenceText({ kind, entry, recorded, now, incidents }: Difference): readonly string[] {
  const { n, at } = entry;
  const about = 'probe' in entry ? ` of ${entry.probe}` : '';
  const where = `entry ${n} (${entry.kind}${about}, ${iso(at)})`;
  const head =
    kind === 'decisions'
      ? `differs: ${where} decided something else then`
      : `differs: ${where} decides the same, but something before it, whose decisions were not kept, did not`;
  return [
    head,
    '  then',
    ...sideText(recorded, n, at),
    '  now',
    ...sideText(now, n, at),
    '  incidents now',
    ...(incidents.length === 0
      ? ['    none']
      : incidents.map(
          (i) => `    ${i.id}: ${i.state}${i.held === null ? '' : `, held: ${i.held}`}, ${i.incident.title}`,
        )),
  ];
}

function sideText({ effects, hash }: DecidedSide, n: number, at: number): readonly string[] {
  const said = (['page', 'ticket', 'notice', 'update', 'resolve'] as const).flatMap((event) =>
    pagesOf({ n, at, effects }, event).map((p) => `    ${event} ${p.incident} by ${p.channels.join(', ')}: ${p.title}`),
  );
  const decided = decisionsOf(effects).map((d) => `    ${d.decision} ${d.incident}: ${d.reason}`);
  const lines = [...decided, ...said];
  return [...(lines.length === 0 ? ['    nothing'] : lines), `    hash ${hash ?? 'not known'}`];
}

/** A configuration would be most of the output; its hash says which. */
function withoutConfiguration(entry: Difference['entry']): unknown {
  return entry.kind === 'config' ? { ...entry, configuration: { hash: entry.configuration.hash } } : entry;
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
