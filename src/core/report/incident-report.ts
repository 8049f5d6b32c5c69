import type { NotifiedDrift, NotifiedRecovery, Suppressed } from '../../model/notification.ts';
import type { CapabilityState } from '../../model/view.ts';
import type { CapabilityTimes, IncidentRecord, SaidWord, SentMessage, TighterRules } from './incident-record.ts';
import { openQuestions } from './open-questions.ts';
import { durationWords } from './duration-words.ts';

/** How one capability was hit. */
export interface ReportedImpact {
  readonly capability: string;
  readonly title: string | null;
  readonly effect: string | null;
  readonly owner: string | null;
  readonly isRoot: boolean;
  readonly worst: CapabilityState;
  readonly downMs: number;
  readonly degradedMs: number;
  readonly atRiskMs: number;
  readonly via: readonly string[];
}

/** Something that changed just before. */
export interface ReportedChange {
  readonly at: number;
  readonly announced: boolean;
  readonly text: string;
}

/** A report to begin a review with. Times in milliseconds; null: it did not happen, or the log does not say. */
export interface IncidentReport {
  readonly id: string;
  readonly title: string;
  readonly instance: string;
  readonly owner: string | null;
  readonly tier: number;
  readonly severity: string;
  readonly state: string;
  readonly because: string | null;
  readonly root: {
    readonly kind: string;
    readonly id: string;
    readonly probe: string | null;
    readonly class: string | null;
    readonly message: string;
    readonly verified: boolean;
    readonly inferred: boolean;
  };
  readonly times: {
    readonly startedAt: number;
    readonly detectedAt: number;
    readonly pagedAt: number | null;
    readonly acknowledgedAt: number | null;
    readonly acknowledgedBy: string | null;
    readonly resolvedAt: number | null;
  };
  readonly tookMs: {
    readonly toDetect: number;
    readonly toPage: number | null;
    readonly toAcknowledge: number | null;
    readonly toRecover: number | null;
  };
  readonly impact: readonly ReportedImpact[];
  readonly unaffected: readonly string[];
  readonly changedBefore: readonly ReportedChange[];
  readonly evidence: { readonly at: number | null; readonly expected: string | null; readonly got: string | null };
  readonly suppressed: readonly Suppressed[];
  readonly recovery: readonly NotifiedRecovery[];
  readonly messages: readonly SentMessage[];
  readonly words: readonly SaidWord[];
  readonly timeline: readonly { readonly at: number; readonly what: string; readonly text: string }[];
  readonly tighter: readonly TighterRules[];
  readonly openQuestions: readonly string[];
}

/** A fact is seen to change with the run that sees it: as late as the first failure, or a little later. */
const JUST_AFTER_MS = 60_000;

const WORST: readonly CapabilityState[] = ['down', 'degraded', 'at-risk', 'unknown', 'up'];

/** Makes a report of what the log says. Pure: the same record, the same report. */
export function reportOf(record: IncidentRecord): IncidentReport {
  const { told, last, configuration, messages, words, tighter } = record;
  const { incident } = last;
  const startedAt = Date.parse(incident.startedAt);
  const at = (text: string | null): number | null => (text === null ? null : Date.parse(text));
  const acknowledged = words.find(({ what }) => what === 'acknowledged');
  const detectedAt = Date.parse(incident.detectedAt);
  const pagedAt = at(incident.pagedAt) ?? messages.find(({ event }) => event === 'page')?.at ?? null;
  const resolvedAt = at(incident.resolvedAt);
  const since = (from: number, to: number | null): number | null => (to === null ? null : to - from);
  const step = record.firstFailure?.steps?.find(({ outcome }) => outcome === 'fail');
  const report = {
    id: incident.id,
    title: told.title,
    instance: configuration.instance,
    owner: incident.owner,
    tier: incident.tier,
    severity: incident.severity,
    state: last.state,
    because: last.closedBecause,
    root: incident.root,
    times: {
      startedAt,
      detectedAt,
      pagedAt,
      acknowledgedAt: acknowledged?.at ?? null,
      acknowledgedBy: acknowledged?.by ?? last.acknowledgedBy,
      resolvedAt,
    },
    tookMs: {
      toDetect: detectedAt - startedAt,
      toPage: since(startedAt, pagedAt),
      toAcknowledge: since(pagedAt ?? detectedAt, acknowledged?.at ?? null),
      toRecover: since(startedAt, resolvedAt),
    },
    impact: record.times.map((times) => impactOf(times, record)).sort(byHarm),
    unaffected: told.unaffected,
    changedBefore: changesBefore(record, startedAt),
    evidence: {
      at: record.firstFailure?.startedAt ?? null,
      expected: step?.expected ?? told.root.expected ?? null,
      got: step?.got ?? told.root.got ?? null,
    },
    suppressed: incident.suppressed,
    recovery: told.recovery,
    messages,
    words,
    timeline: last.timeline,
    tighter,
  };
  return { ...report, openQuestions: openQuestions(report, record) };
}

function impactOf({ capability, ms }: CapabilityTimes, { told, last, configuration }: IncidentRecord): ReportedImpact {
  const declared = configuration.capabilities.find(({ id }) => id === capability);
  const predicted = [...last.incident.impact, ...told.impact].find((hit) => hit.capability === capability);
  return {
    capability,
    title: declared?.title ?? null,
    effect: declared?.down ?? predicted?.effect ?? null,
    owner: configuration.services.find(({ id }) => id === declared?.service)?.owner ?? null,
    isRoot: last.incident.root.capabilities.includes(capability),
    worst: WORST.find((state) => ms[state] > 0) ?? 'up',
    downMs: ms.down,
    degradedMs: ms.degraded,
    atRiskMs: ms['at-risk'],
    via: predicted?.via ?? [],
  };
}

function byHarm(a: ReportedImpact, b: ReportedImpact): number {
  return (
    Number(b.isRoot) - Number(a.isRoot) ||
    b.downMs - a.downMs ||
    b.degradedMs - a.degradedMs ||
    b.atRiskMs - a.atRiskMs ||
    (a.capability < b.capability ? -1 : 1)
  );
}

/** Announced changes and drift, in order; what nobody announced says so. */
function changesBefore({ told, last }: IncidentRecord, startedAt: number): readonly ReportedChange[] {
  const changes = unique([...told.changes, ...last.incident.changes]).map((change): ReportedChange => {
    const at = Date.parse(change.at);
    const by = change.by === null ? '' : ` by ${change.by}`;
    return {
      at,
      announced: true,
      text: `announced${by}: ${change.service}: ${change.summary}, ${relative(at, startedAt)}`,
    };
  });
  const drift = unique([...told.drift, ...last.incident.drift]).map((each): ReportedChange => {
    const at = Date.parse(each.at);
    const lead = each.announced ? 'as announced' : 'nobody announced this';
    return { at, announced: each.announced, text: `${lead}: ${driftWords(each)} ${relative(at, startedAt)}` };
  });
  return [...changes, ...drift].filter(({ at }) => at <= startedAt + JUST_AFTER_MS).sort((a, b) => a.at - b.at);
}

function driftWords({ probe, fact, before, after }: NotifiedDrift): string {
  const value = (fact: NotifiedDrift['before']): string =>
    fact === null ? 'nothing' : Array.isArray(fact) ? fact.join(', ') : String(fact);
  return `${probe}'s ${fact} changed from ${value(before)} to ${value(after)}`;
}

function relative(at: number, startedAt: number): string {
  if (at === startedAt) return 'at the first failure';
  return `${durationWords(Math.abs(at - startedAt))} ${at < startedAt ? 'before' : 'after'} the first failure`;
}

function unique<Item>(items: readonly Item[]): readonly Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
