import { graceOf } from './declare.ts';
import type { Rules } from './declare.ts';
import { look } from './sight.ts';
import type { Truth } from './truth.ts';
import type { Watch, World } from './world.ts';

/** A time in which a probe was known to fail. */
interface Episode {
  readonly member: number;
  /** Start of the first failed run. */
  readonly since: number;
  readonly confirmedAt: number;
  readonly until: number;
}

/** A page about a probe, at milliseconds after the start. */
export interface ProbePage {
  readonly at: number;
  readonly member: number;
}

/** What others would have sent in the same world, under the same rules of confirming and waiting. */
export interface Baselines {
  /** Every failing probe pages. */
  readonly perProbe: readonly ProbePage[];
  /** A failing probe is kept quiet if, when its page is due, a probe of anything that it declares to need fails, at whatever remove. */
  readonly suppressing: readonly ProbePage[];
  /** The same, decided 30 s later. */
  readonly waiting: readonly ProbePage[];
}

const GROUP_WAIT_MS = 30_000;

/** Plays the baselines. They ask for no runs but those that confirm and recover. */
export function playBaselines(truth: Truth, rules: Rules): Baselines {
  const episodes = truth.world.members.flatMap(({ watch }, member) => {
    if (watch === null) return [];
    return watch.kind === 'heartbeat' ? missedBeats(truth, member, watch) : failures(truth, member, watch, rules);
  });
  const byMember = Map.groupBy(episodes, (e) => e.member);
  const needed = truth.world.members.map((_, member) => neededBy(truth.world, member));
  const pages = (waitMs: number, suppresses: boolean): ProbePage[] =>
    episodes.flatMap((episode) => {
      const { member, since, confirmedAt, until } = episode;
      const dueAt = Math.max(confirmedAt, since + rules.pageAfterMs[0]) + waitMs;
      const others = suppresses ? [...(needed[member] ?? [])].flatMap((m) => byMember.get(m) ?? []) : [];
      const isQuiet = others.some((e) => e.confirmedAt <= dueAt && dueAt < e.until);
      return dueAt < until && !isQuiet ? [{ at: dueAt, member }] : [];
    });
  return { perProbe: pages(0, false), suppressing: pages(0, true), waiting: pages(GROUP_WAIT_MS, true) };
}

function failures(truth: Truth, member: number, watch: Watch, rules: Rules): Episode[] {
  const { failures: wanted, everyMs } = rules.confirm;
  const timeoutMs = Math.min(truth.world.shape.timeoutMs, watch.everyMs);
  const episodes: Episode[] = [];
  let inRow = 0;
  let passes = 0;
  let since = 0;
  let confirmedAt: number | null = null;
  for (let at = watch.phaseMs; at <= truth.measured.until;) {
    const { failed, ms } = look(truth, member, at, timeoutMs);
    const endedAt = at + ms;
    if (failed !== null) {
      if (inRow === 0 && confirmedAt === null) since = at;
      inRow += 1;
      passes = 0;
      if (inRow >= wanted) confirmedAt ??= endedAt;
    } else {
      inRow = 0;
      passes += 1;
      if (confirmedAt !== null && passes >= 2) {
        episodes.push({ member, since, confirmedAt, until: endedAt });
        confirmedAt = null;
      }
    }
    const regularAt = at + watch.everyMs - ((at - watch.phaseMs) % watch.everyMs);
    const isOpen = confirmedAt === null ? inRow > 0 : passes > 0;
    at = isOpen ? Math.min(regularAt, endedAt + everyMs) : regularAt;
    while (at < endedAt) at += watch.everyMs;
  }
  if (confirmedAt !== null) episodes.push({ member, since, confirmedAt, until: Infinity });
  return episodes;
}

function missedBeats(truth: Truth, member: number, watch: Watch): Episode[] {
  const episodes: Episode[] = [];
  let last = 0;
  for (let at = watch.phaseMs; at <= truth.measured.until; at += watch.everyMs) {
    if (look(truth, member, at, truth.world.shape.timeoutMs).failed !== null) continue;
    const dueAt = last + watch.everyMs + graceOf(watch);
    if (at > dueAt) episodes.push({ member, since: dueAt, confirmedAt: dueAt, until: at });
    last = at;
  }
  return episodes;
}

/** Everything that a member declares to need, and what that needs. */
function neededBy(world: World, member: number): ReadonlySet<number> {
  const seen = new Set<number>();
  const work = [member];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    for (const need of world.members[next]?.needs ?? []) {
      if (!need.declared) continue;
      for (const of of need.kind === 'any' ? need.of : [need.of]) {
        if (seen.has(of) || of === member) continue;
        seen.add(of);
        work.push(of);
      }
    }
  }
  return seen;
}
