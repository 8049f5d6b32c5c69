import type { Json, Judgement, StepKind, Warning } from '../../model/run.ts';
import { findingOfAddresses, type AddressFinding } from '../judging/addresses.ts';
import { expiryWarnings } from '../judging/expiry.ts';
import { judgementOf, type Finding } from '../judging/judgement.ts';
import { ROLES, type RoleSeen, type TufMeasured, type Versions, type Visit } from './measured.ts';
import { daysWanted, type TufOptions } from './options.ts';

const DAY_MS = 86_400_000;
const VERSIONS = 'versions';

/** A run's steps for these options. Asking for the next root is also how the mirror is reached. */
export function stepsOf(
  options: Pick<TufOptions, 'targets'>,
): readonly { readonly name: string; readonly kind: StepKind }[] {
  return [
    { name: 'root', kind: 'reach' },
    { name: 'timestamp', kind: 'read' },
    { name: 'snapshot', kind: 'read' },
    { name: 'targets', kind: 'read' },
    ...(options.targets.length === 0 ? [] : [{ name: 'target files', kind: 'read' } as const]),
    { name: VERSIONS, kind: 'read' },
  ];
}

/** What a measurement amounts to. Pure. */
export function judgeTuf(measured: TufMeasured, options: TufOptions): Judgement {
  const { lookup, visits, startedAt } = measured;
  const findings = findingsOf(measured);
  const finding: Finding | undefined =
    lookup === undefined
      ? findingOfAddresses(findings)
      : { step: 'root', class: lookup.class, message: lookup.message };
  const shown = findings.findIndex((one) => (one.finding === undefined) === (finding === undefined));
  const visit = visits[Math.max(0, shown)];
  const plan = stepsOf(options).map((step) => ({
    ...step,
    ms: visit?.steps.find((seen) => seen.step === step.name)?.ms ?? 0,
  }));
  const judged = judgementOf(plan, finding, {
    warnings: [
      ...roleWarnings(visits, options, startedAt),
      ...(options.url.startsWith('https:') ? expiryWarnings(chainsOf(visits), options.tls.minDaysLeft, startedAt) : []),
    ],
    ...(finding !== undefined && { evidence: evidenceOf(visit, measured) }),
    variables: variablesOf(visit),
  });
  return {
    ...judged,
    steps: judged.steps.map((step) => {
      const got = step.outcome === 'pass' && visit !== undefined ? wordsOf(step.name, visit) : undefined;
      return got === undefined ? step : { ...step, got };
    }),
  };
}

/** What is wrong at each address, if anything. */
export function findingsOf({
  visits,
  remembered,
  startedAt,
}: Pick<TufMeasured, 'visits' | 'remembered' | 'startedAt'>): readonly AddressFinding[] {
  return visits.map((visit) => ({
    address: visit.address,
    stopped: visit.refusal?.stopped,
    finding: visit.refusal ?? endedOf(visit, startedAt) ?? rollbackOf(visit, remembered),
  }));
}

/** tuf-js takes metadata whose end it cannot read, as if it had none; here that is an end at 0. */
function endedOf({ address, roles }: Visit, at: number): Finding | undefined {
  const ended = ROLES.find((role) => (roles[role]?.expires ?? Infinity) <= at);
  const seen = ended && roles[ended];
  if (ended === undefined || seen === undefined) return undefined;
  const [expected, got] = [`${ended} metadata that has not ended`, `${ended} metadata ${describeRole(seen)}`];
  const message = `at ${address}: expected ${expected}, got ${got}`;
  return { step: ended, class: 'freshness.expired_metadata', message, expected, got };
}

/** The versions that every address has come to: where they differ, the lowest, or a late mirror would look like a rollback. */
export function versionsOf(visits: readonly Visit[]): Versions | null {
  const all = visits.map(({ roles: { root, timestamp, snapshot, targets } }) =>
    root && timestamp && snapshot && targets ? { root, timestamp, snapshot, targets } : undefined,
  );
  const whole = all.filter((one) => one !== undefined);
  if (whole.length === 0 || whole.length < all.length) return null;
  const lowest = (role: (typeof ROLES)[number]) => Math.min(...whole.map((roles) => roles[role].version));
  return {
    root: lowest('root'),
    timestamp: lowest('timestamp'),
    snapshot: lowest('snapshot'),
    targets: lowest('targets'),
  };
}

function rollbackOf({ address, roles }: Visit, remembered: Versions | null): Finding | undefined {
  if (remembered === null) return undefined;
  const back = ROLES.find((role) => (roles[role]?.version ?? Infinity) < remembered[role]);
  if (back === undefined) return undefined;
  const expected = `${back} of version ${remembered[back]} or later`;
  const got = `version ${roles[back]?.version}`;
  const message = `at ${address}: expected ${expected}, as verified before, got ${got}`;
  return { step: VERSIONS, class: 'integrity.rollback', message, expected, got };
}

/** Metadata that will end soon: the mirror is well, but whoever signs for it is late. */
function roleWarnings(visits: readonly Visit[], options: TufOptions, at: number): readonly Warning[] {
  return daysWanted(options).flatMap(([role, wanted]): readonly Warning[] => {
    const ends = visits.flatMap(({ roles }) => (roles[role] === undefined ? [] : [roles[role]]));
    const first = ends.toSorted((a, b) => a.expires - b.expires)[0];
    if (first === undefined || first.expires - at >= wanted * DAY_MS) return [];
    const days = Math.floor((first.expires - at) / DAY_MS);
    const message = `${role} metadata ${describeRole(first)} in ${days} days, wanted are ${wanted}`;
    return [{ class: 'freshness.expired_metadata', message }];
  });
}

function wordsOf(step: string, { roles, targets }: Visit): string | undefined {
  const role = ROLES.find((name) => name === step);
  const seen = role && roles[role];
  if (seen !== undefined) return describeRole(seen);
  if (step === 'target files') return targets.map(({ path, bytes }) => `${path} (${bytes} bytes)`).join(', ');
  return undefined;
}

function describeRole({ version, expires }: RoleSeen): string {
  return `of version ${version} ends ${new Date(expires).toISOString()}`;
}

function chainsOf(visits: readonly Visit[]): Visit['chain'] {
  const all = visits.flatMap(({ chain }) => chain);
  return [...new Map(all.map((one) => [`${one.subject} ${one.notAfter}`, one])).values()];
}

function evidenceOf(
  visit: Visit | undefined,
  { remembered }: TufMeasured,
): { readonly [name: string]: Json | undefined } {
  const refusal = visit?.refusal;
  const step = visit?.steps.find((one) => one.step === refusal?.step);
  return {
    step: refusal?.step ?? VERSIONS,
    address: visit?.address,
    request: step?.request,
    status: step?.status,
    versions: visit && versionsSeen(visit),
    lastVerified: remembered === null ? undefined : { ...remembered },
    code: refusal?.stopped?.code,
  };
}

/** What assertions see: `versions` by role. */
function variablesOf(visit: Visit | undefined): { readonly [name: string]: unknown } {
  return visit === undefined ? {} : { versions: versionsSeen(visit) };
}

function versionsSeen({ roles }: Visit): { readonly [role: string]: number } {
  return Object.fromEntries(Object.entries(roles).map(([role, { version }]) => [role, version]));
}
