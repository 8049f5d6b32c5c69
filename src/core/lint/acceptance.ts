import type { AcceptedFinding, Acceptance, Diagnostic, Service } from '../../model/configuration.ts';
import type { ServiceId } from '../../model/ids.ts';
import type { Graph } from '../graph/graph.ts';
import { FINDINGS, isFindingCode } from './codes.ts';

const DAY_MS = 86_400_000;

/** Findings that count, and those that somebody decided to live with. */
export interface Accepted {
  readonly findings: readonly Diagnostic[];
  readonly accepted: readonly AcceptedFinding[];
}

/**
 * Takes out what services accept. An acceptance holds to the end of its day (UTC); one that has run out, or that
 * accepts nothing, is a finding itself (`accept/expired`, `accept/useless`), so that none is forgotten.
 */
export function applyAcceptances(graph: Graph, all: readonly Diagnostic[], now: number): Accepted {
  const accepted: AcceptedFinding[] = [];
  const findings: Diagnostic[] = [];
  const used = new Set<Acceptance>();
  for (const finding of all) {
    const acceptance = servicesOf(graph, finding)
      .flatMap((service) => service.accept)
      .filter((each) => each.code === finding.code)
      .map((each) => (used.add(each), each))
      .find((each) => !isOver(each, now));
    if (acceptance === undefined) findings.push(finding);
    else accepted.push({ finding, acceptance });
  }
  for (const service of graph.services.values()) {
    for (const acceptance of service.accept) {
      const told = troubleWith(acceptance, service, used.has(acceptance), now);
      if (told !== undefined) findings.push(told);
    }
  }
  return { findings, accepted };
}

/** The service that a finding is about; a circle is about every service on it, so each may accept it. */
function servicesOf(graph: Graph, { code, subject, path = [] }: Diagnostic): readonly Service[] {
  const isShared = code === 'graph/cycle' || code === 'recovery/black-start';
  const names = (isShared ? [subject, ...path] : [subject]).map(serviceName);
  return [...new Set(names)].flatMap((name) => graph.services.get(name as ServiceId) ?? []);
}

/** `kv` of `kv`, `kv.read`, `kv/canary` and `services.kv.probes.canary`. */
export function serviceName(subject: string): string {
  const inService = subject.startsWith('services.') ? subject.slice('services.'.length) : subject;
  return /^[^./]*/.exec(inService)?.[0] ?? '';
}

function isOver({ until }: Acceptance, now: number): boolean {
  return now >= Date.parse(until) + DAY_MS;
}

function troubleWith(acceptance: Acceptance, service: Service, isUsed: boolean, now: number): Diagnostic | undefined {
  const { code, until, because, place } = acceptance;
  const base = { severity: 'warning', subject: service.id, place } as const;
  if (!isFindingCode(code)) {
    return {
      ...base,
      code: 'accept/useless',
      message: `${service.id} accepts ${code}, and no finding has that code`,
      help: `codes: ${Object.keys(FINDINGS).join(', ')}`,
    };
  }
  if (!isUsed) {
    return {
      ...base,
      code: 'accept/useless',
      message: `${service.id} accepts ${code}, and has no such finding`,
      help: 'remove it: should the finding come back, somebody should look at it anew',
    };
  }
  if (!isOver(acceptance, now)) return undefined;
  return {
    ...base,
    code: 'accept/expired',
    message: `${service.id} accepted ${code} until ${until} (${because}), and that is over`,
    help: 'mend what it says, or decide anew and set a new day',
  };
}
