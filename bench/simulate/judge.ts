import type { Page } from './drive.ts';
import type { ProbePage } from './baselines.ts';
import { memberOf } from './declare.ts';
import { isSeenShallowly } from './sight.ts';
import type { Truth } from './truth.ts';
import type { Fault } from './world.ts';

/** What a page says is broken. */
export interface Named {
  readonly at: number;
  readonly members: readonly number[];
}

/** A page that names something else than what is truly broken. */
export interface WrongPage extends Named {
  /** Whether all that it names worked all the time. */
  readonly isNoise: boolean;
}

/** How one incident (all faults of one world) was told. */
export interface Verdict {
  readonly pages: number;
  readonly wrong: readonly WrongPage[];
  /** True roots that no page named. */
  readonly missed: readonly number[];
  /** From the first fault to the first page about something that it hit; null: none. */
  readonly firstPageMs: number | null;
}

/** What an engine's page names: the members of a group, or the root's service. */
export function namedBy(page: Page): Named {
  const { root } = page.incident;
  return {
    at: page.at,
    members: root.kind === 'group' ? root.capabilities.map(memberOf) : [memberOf(root.id)],
  };
}

/** What a baseline's page names. */
export function namedByProbe(page: ProbePage): Named {
  return { at: page.at, members: [page.member] };
}

/**
 * A page is right when all that it names is truly broken. Where nobody can see a broken one, and only one of those
 * that declare to need it shows that, this one will do.
 */
export function judge(truth: Truth, named: readonly Named[]): Verdict {
  const begin = truth.measured.from;
  const pages = named.filter((p) => p.at >= begin);
  const standsFor = new Map<number, number>();
  for (const fault of truth.faults) {
    standsFor.set(fault.member, fault.member);
    const only = isBlind(truth, fault) ? onlyWitness(truth, fault.member) : undefined;
    if (only !== undefined) standsFor.set(only, fault.member);
  }
  const isRight = (page: Named): boolean => page.members.every((m) => standsFor.has(m));
  const found = new Set(pages.filter(isRight).flatMap((p) => p.members.map((m) => standsFor.get(m))));
  const isHit = (page: Named): boolean => page.members.some((m) => (truth.outages[m]?.length ?? 0) > 0);
  const first = pages.find(isHit);
  return {
    pages: pages.length,
    wrong: pages.filter((p) => !isRight(p)).map((p) => ({ ...p, isNoise: !isHit(p) })),
    missed: truth.faults.filter((f) => !found.has(f.member)).map((f) => f.member),
    firstPageMs: first === undefined ? null : first.at - begin,
  };
}

/** Whether nobody's probe sees this fault itself. */
function isBlind(truth: Truth, fault: Fault): boolean {
  const watch = truth.world.members[fault.member]?.watch ?? null;
  return watch === null || (watch.kind === 'shallow' && !isSeenShallowly(fault.class));
}

/** The one member that shows the failure of a broken one through declared needs; undefined where there are several. */
function onlyWitness(truth: Truth, broken: number): number | undefined {
  const { members } = truth.world;
  const witnesses: number[] = [];
  const seen = new Set([broken]);
  const work = [broken];
  for (let needed = work.pop(); needed !== undefined; needed = work.pop()) {
    for (const [by, { needs, watch }] of members.entries()) {
      const leans = needs.some((n) => n.declared && n.kind !== 'soft' && [n.of].flat().includes(needed));
      if (!leans || seen.has(by) || truth.outages[by]?.length === 0) continue;
      seen.add(by);
      if (watch === null || watch.kind === 'shallow') work.push(by);
      else witnesses.push(by);
    }
  }
  return witnesses.length === 1 ? witnesses[0] : undefined;
}
