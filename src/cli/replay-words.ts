import type { Replayed } from '../app/replay/replay.ts';
import type { DecidedSide, Difference } from '../core/replay/decide-again.ts';
import { decisionsOf, pagesOf } from '../core/replay/pages.ts';

/** What a replay without other rules found, for a person. */
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

function iso(at: number): string {
  return new Date(at).toISOString();
}
