import type { ObservationFact } from '../../model/entry.ts';
import type { Measured, Phases } from '../../model/run.ts';

/** Texts up to this length are always kept: values, addresses, versions. */
const SHORT_TEXT = 24;
/** Longer ones up to this length are kept where they are not new with every run: the log then holds them once. */
const LONG_TEXT = 512;
/** A run that measured more values than this keeps its few outermost ones, and only the names of the rest. */
const MAX_VALUES = 400;
/** The name under which a kept measurement says what it lacks. */
const OMITTED = 'omitted';
/** The name under which every kind keeps how long the phases of a part of a run took. */
const PHASES = 'phases';

/** What a run's observation says by itself, under the names that kinds measure it by. */
type Said = Pick<ObservationFact, 'startedAt' | 'phases'>;

/** Whether the text at a place (a JSON pointer) is other than one that changes with every run. */
export type IsSteady = (place: string, text: string) => boolean;

interface Thinning {
  readonly said: Said;
  readonly isSteady: IsSteady;
  /** JSON pointers (RFC 6901) of what is left out. */
  readonly omitted: string[];
  left: number;
}

/**
 * What is kept of an ordinary passing run's measurement, so that it can be judged again under other rules:
 * every number and short text in its place, and longer texts but those that are new with every run. What is left
 * out is named in `omitted`; `recallMeasured` sees to it that nobody takes it for absent. What the observation
 * says by itself (start, phases, address, facts) is not said twice. Undefined where there is nothing else.
 */
export function keptMeasured(measured: Measured, startedAt: number, isSteady: IsSteady): Measured | undefined {
  const { phases } = measured;
  const own = ownFields(measured, startedAt);
  const { fields, omitted } =
    thinned(own, { said: { startedAt, ...(phases && { phases }) }, isSteady }) ?? outermost(own);
  if (Object.keys(fields).length === 0 && omitted.length === 0) return undefined;
  return { ...fields, ...(omitted.length > 0 && { [OMITTED]: omitted }), facts: {} };
}

/** What the kind measured beyond what the observation itself has. */
function ownFields({ phases, address: _address, facts: _facts, ...own }: Measured, startedAt: number) {
  const implied: Readonly<Record<string, unknown>> = { startedAt, lookupMs: phases?.dns };
  return Object.fromEntries(
    Object.entries(own).filter(([name, value]) => value !== undefined && value !== implied[name]),
  );
}

interface Thinned {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly omitted: readonly string[];
}

function thinned(
  own: Readonly<Record<string, unknown>>,
  given: Pick<Thinning, 'said' | 'isSteady'>,
): Thinned | undefined {
  const into: Thinning = { ...given, omitted: [], left: MAX_VALUES };
  const fields = thinObject(own, '', into);
  return into.left < 0 ? undefined : { fields, omitted: into.omitted };
}

function outermost(own: Readonly<Record<string, unknown>>): Thinned {
  const isKept = (value: unknown): boolean =>
    typeof value === 'string' ? value.length <= SHORT_TEXT : typeof value !== 'object' || value === null;
  const members = Object.entries(own);
  return {
    fields: Object.fromEntries(members.filter(([, value]) => isKept(value)).slice(0, MAX_VALUES)),
    omitted: members.filter(([, value]) => !isKept(value)).map(([name]) => pointer('', name)),
  };
}

function thinObject(value: object, path: string, into: Thinning): Readonly<Record<string, unknown>> {
  const kept: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (into.left < 0) break;
    const thin =
      (name === PHASES ? namesOfPhases(member, into.said) : undefined) ?? thinValue(member, pointer(path, name), into);
    if (thin !== undefined) kept[name] = thin;
  }
  return kept;
}

/** Of the phases of a part of the run the names alone, where the run's own phases say how long they took. */
function namesOfPhases(value: unknown, { phases }: Said): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null || phases === undefined) return undefined;
  const own = Object.entries(value);
  return own.every(([name, ms]) => ms === phases[name as keyof Phases]) ? own.map(([name]) => name) : undefined;
}

/** Undefined where it is left out. */
function thinValue(value: unknown, path: string, into: Thinning): unknown {
  into.left--;
  if (typeof value === 'string') {
    if (value.length <= SHORT_TEXT || (value.length <= LONG_TEXT && into.isSteady(path, value))) return value;
    into.omitted.push(path);
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return thinObject(value, path, into);
  const kept: unknown[] = [];
  for (const [index, element] of value.entries()) {
    if (into.left < 0) break;
    // What is left out keeps its place.
    kept.push(thinValue(element, pointer(path, String(index)), into) ?? null);
  }
  return kept;
}

/** A measurement taken out of the log. */
export interface Recalled {
  /** To be judged. What was not kept throws when it is asked for. */
  readonly measured: Measured;
  /**
   * The first thing that judging asked for and that was not kept, as a JSON pointer into the measurement (`''`:
   * nothing of it was). Where this is set, what judging came to says nothing.
   */
  readonly missed: () => string | undefined;
}

/** The measurement of an observation, for judging it again. */
export function recallMeasured(observation: ObservationFact): Recalled {
  const { [OMITTED]: omitted, ...kept } = observation.measured ?? { facts: {} };
  const { startedAt, phases, address, facts } = observation;
  const implied = { startedAt, ...(phases?.dns !== undefined && { lookupMs: phases.dns }) };
  const own = { ...implied, ...(withPhases(kept, phases) as Measured) };
  const whole = { ...own, ...(phases && { phases }), ...(address !== undefined && { address }), facts };
  const paths = Array.isArray(omitted) ? omitted.filter((path) => typeof path === 'string') : [];
  let missed: string | undefined = paths.includes('') ? '' : undefined;
  const miss = (path: string): never => {
    missed ??= path;
    throw new RangeError(`the log did not keep ${path} of a run of ${observation.probe}`);
  };
  const veils = paths
    .filter((path) => path !== '')
    .map((path) => ({ path, way: path.slice(1).split('/').map(unescaped) }));
  return { measured: veiled(whole, veils, miss) as Measured, missed: () => missed };
}

/** Puts back what `namesOfPhases` took out; shares all else. */
function withPhases(value: unknown, phases: Phases | undefined): unknown {
  if (typeof value !== 'object' || value === null || phases === undefined) return value;
  if (Array.isArray(value)) return value.map((element) => withPhases(element, phases));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]): [string, unknown] =>
      name === PHASES && Array.isArray(member) ? [name, phasesOf(member, phases)] : [name, withPhases(member, phases)],
    ),
  );
}

function phasesOf(names: readonly unknown[], phases: Phases): Phases {
  return Object.fromEntries(Object.entries(phases).filter(([name]) => names.includes(name)));
}

interface Veil {
  readonly path: string;
  /** What is left of it, name by name. */
  readonly way: readonly string[];
}

/** What is kept is shared between runs: containers on the way to what is missing are copied. */
function veiled(value: unknown, veils: readonly Veil[], miss: (path: string) => never): unknown {
  if (veils.length === 0 || typeof value !== 'object' || value === null) return value;
  const copy = Object.assign(Array.isArray(value) ? [] : {}, value) as Record<string, unknown>;
  for (const [name, behind] of Map.groupBy(veils, ({ way }) => way[0] ?? '')) {
    const here = behind.find(({ way }) => way.length === 1);
    if (here === undefined) {
      copy[name] = veiled(
        copy[name],
        behind.map((veil) => ({ ...veil, way: veil.way.slice(1) })),
        miss,
      );
      continue;
    }
    Object.defineProperty(copy, name, { enumerable: true, configurable: true, get: () => miss(here.path) });
  }
  return copy;
}

function pointer(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function unescaped(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}
