import type { Diagnostic, Recovery, Service } from '../../model/configuration.ts';
import type { Mode } from '../../model/failure.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { listed } from '../paging/words.ts';
import { writtenDuration } from '../written-duration.ts';
import { proofFrom } from './proof.ts';
import { isWorse, modesThatDiffer, restingUnder, waysLeft } from './ways-left.ts';
import type { Blocked, Course, Left, Moment } from './ways-left.ts';

const DRILL_DAYS = 180;
const DAY_MS = 86_400_000;

type Code = 'recovery/none' | 'recovery/expires' | 'recovery/break-glass-only';

/** What becomes of a service's ways out when one of its capabilities (or all of them) is down. */
interface Verdict {
  readonly code: Code;
  /** The capability, or the service where only the loss of all of them together does it. */
  readonly subject: string;
  readonly course: Course;
  /** Modes in which it is worse from the first moment on, and how much. */
  readonly worseAtOnce: { readonly modes: readonly Mode[]; readonly left: Left } | null;
}

/**
 * What is left when a service fails: `recovery/none`, `recovery/expires`, `recovery/break-glass-only`,
 * `recovery/undeclared`. Each capability is taken down in every mode that makes a difference, at once and after
 * every expiry of a cache; then all of them together.
 */
export function recovery(graph: Graph, now: number): readonly Diagnostic[] {
  const modes = modesThatDiffer(graph);
  return [...graph.services.values()].flatMap((service) => {
    const tier = graph.tiers.get(service.id) ?? 1;
    if (service.recovery.length === 0) return service.external || tier > 1 ? [] : [undeclared(service, tier)];
    const nodes = graph.capabilitiesOf.get(service.id) ?? [];
    const ordinary = service.recovery.filter((way) => !way.breakGlass).map((way) => restingUnder(graph, [way]));
    const verdicts = nodes.flatMap((node) =>
      verdictOn(graph, service, { failing: [node], subject: node.id }, { modes, ordinary }),
    );
    const together = { failing: nodes, subject: service.id };
    const whole = nodes.length > 1 ? verdictOn(graph, service, together, { modes, ordinary }) : [];
    const worse = whole.filter((w) => verdicts.every((v) => order(w.code) < order(v.code)));
    return grouped([...verdicts, ...worse]).map((alike) => found(graph, service, alike, now));
  });
}

const ORDER: readonly Code[] = ['recovery/none', 'recovery/expires', 'recovery/break-glass-only'];

function order(code: Code): number {
  return ORDER.indexOf(code);
}

function verdictOn(
  graph: Graph,
  service: Service,
  { failing, subject }: { readonly failing: readonly Node[]; readonly subject: string },
  {
    modes,
    ordinary,
  }: { readonly modes: readonly (readonly Mode[])[]; readonly ordinary: readonly ReadonlySet<Node>[] },
): readonly Verdict[] {
  // Most ways out have nothing to do with what failed: they work, whatever the mode and however long it lasts.
  if (ordinary.some((under) => failing.every((node) => !under.has(node)))) return [];
  const courses = waysLeft(graph, service.recovery, failing, modes);
  const changing = courses.filter((course) => course.moments.length > 1);
  const worst = courses.reduce((a, b) => (isWorse(b.moments[0].left, a.moments[0].left) ? b : a));
  const [first, ...others] = changing;
  if (first !== undefined) {
    const mildest = others.reduce((a, b) => (isWorse(a.moments[0].left, b.moments[0].left) ? b : a), first);
    const isWorst = !isWorse(worst.moments[0].left, mildest.moments[0].left);
    const alike = courses.filter((c) => c.moments[0].left === worst.moments[0].left).flatMap((c) => c.modes);
    const worseAtOnce = isWorst ? null : { modes: alike, left: worst.moments[0].left };
    return [{ code: 'recovery/expires', subject, course: mildest, worseAtOnce }];
  }
  switch (worst.moments[0].left) {
    case 'works':
      return [];
    case 'break-glass':
      return [{ code: 'recovery/break-glass-only', subject, course: worst, worseAtOnce: null }];
    case 'none':
      return [{ code: 'recovery/none', subject, course: worst, worseAtOnce: null }];
    default:
      return worst.moments[0].left satisfies never;
  }
}

function grouped(verdicts: readonly Verdict[]): readonly (readonly [Verdict, ...Verdict[]])[] {
  return ORDER.flatMap((code) => {
    const [first, ...rest] = verdicts.filter((verdict) => verdict.code === code);
    return first === undefined ? [] : [[first, ...rest] as const];
  });
}

function undeclared(service: Service, tier: number): Diagnostic {
  return {
    code: 'recovery/undeclared',
    severity: 'warning',
    subject: service.id,
    message: `${service.id} is tier ${String(tier)} and declares no way to recover`,
    place: service.place,
    help: 'declare the ways out with what each needs: recovery: [{ name: roll back, needs: [cd.deploy] }]',
  };
}

function found(
  graph: Graph,
  service: Service,
  [first, ...others]: readonly [Verdict, ...Verdict[]],
  now: number,
): Diagnostic {
  const { code, course } = first;
  const last = course.moments.at(-1) ?? course.moments[0];
  const subjects = [first, ...others].map((verdict) => verdict.subject);
  const [reason] = last.blocked;
  return {
    code,
    severity: code === 'recovery/none' ? 'error' : 'warning',
    subject: first.subject,
    message: sentence(first, service, failure(subjects, service), now),
    place: service.recovery[0]?.place ?? service.place,
    path: reason?.path ?? [first.subject],
    proofs: last.blocked.map((blocked) => ({
      title: `why "${blocked.way.name}" does not work`,
      edges: proofFrom({ name: blocked.way.name, kind: 'recovery', place: placeOfNeed(blocked) }, graph, blocked.path),
    })),
    help: advice(code, last),
  };
}

/** `while kv.read is down`; with several, any of them does it; with the service's name, only all together. */
function failure(subjects: readonly string[], service: Service): string {
  if (subjects[0] === service.id) return `all of ${service.id} is down`;
  return subjects.length === 1 ? `${subjects[0] ?? ''} is down` : `one of ${listed(subjects, 6)} is down`;
}

function sentence({ code, course, worseAtOnce }: Verdict, service: Service, while_: string, now: number): string {
  const [first] = course.moments;
  const last = course.moments.at(-1) ?? first;
  const because = last.blocked.length === 0 ? '' : `: ${why(last)}`;
  switch (code) {
    case 'recovery/none':
      return `no declared recovery of ${service.id} works while ${while_}${because}`;
    case 'recovery/break-glass-only':
      return `only break-glass recovers ${service.id} while ${while_} (${drills(first.open, now)})${because}`;
    case 'recovery/expires': {
      const before = first.left === 'works' ? 'is recoverable' : 'is recoverable by break-glass';
      const steps = course.moments.slice(1).map((m) => `after ${writtenDuration(m.afterMs)} ${leftWords(m, now)}`);
      const sooner =
        worseAtOnce === null
          ? ''
          : `; where it ${worseAtOnce.modes.map((mode) => MODE_WORDS[mode]).join(' or ')}, ${worseAtOnce.left === 'none' ? 'nothing' : 'only break-glass'} works from the first moment on`;
      return `${service.id} ${before} only for ${writtenDuration(course.moments[1]?.afterMs ?? 0)} while ${while_}, ${steps.join(', ')}${because}${sooner}`;
    }
    default:
      return code satisfies never;
  }
}

const MODE_WORDS: Readonly<Record<Mode, string>> = {
  unreachable: 'does not answer',
  error: 'answers with errors',
  wrong: 'answers wrongly',
  slow: 'is too slow',
};

function leftWords({ left, open }: Moment, now: number): string {
  return left === 'break-glass' ? `only break-glass works (${drills(open, now)})` : 'no declared recovery works';
}

function why({ blocked }: Moment): string {
  return blocked.map(({ way, path }) => `"${way.name}" needs ${path.join(' → ')}`).join('; ');
}

function drills(ways: readonly Recovery[], now: number): string {
  return ways.map((way) => `"${way.name}", ${drilled(way, now)}`).join('; ');
}

function drilled(way: Recovery, now: number): string {
  if (way.drilled === undefined) return 'never drilled';
  const days = Math.floor((now - Date.parse(way.drilled)) / DAY_MS);
  return days > DRILL_DAYS ? `last drilled ${way.drilled}, ${String(days)} days ago` : `drilled ${way.drilled}`;
}

function placeOfNeed({ way, need }: Blocked): Recovery['place'] {
  return way.places?.[need] ?? way.place;
}

function advice(code: Code, { blocked }: Moment): string {
  const [first] = blocked;
  const obstacle = first?.path[0] ?? 'what failed';
  switch (code) {
    case 'recovery/none':
      return `declare a recovery that does not need ${obstacle}, or a break-glass one`;
    case 'recovery/expires':
      return `declare a recovery that does not need ${obstacle}, or make sure that the repair is done before the cache runs out`;
    case 'recovery/break-glass-only':
      return first === undefined
        ? 'declare a recovery for ordinary days too, and drill the break-glass one twice a year'
        : `declare a recovery that does not need ${obstacle}, or drill the break-glass one twice a year`;
    default:
      return code satisfies never;
  }
}
