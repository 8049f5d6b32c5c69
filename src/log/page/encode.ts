import type { Entry } from '../../model/entry.ts';
import type { Json } from '../../model/run.ts';
import { difference, type Difference } from './difference.ts';
import type { Form } from './form.ts';
import type { Observation, Page, Rest } from './page.ts';

/** An entry as it goes into a page; of a config entry the id of its configuration's content, which it lacks. */
export interface Kept {
  readonly entry: Entry;
  readonly configuration: number | null;
}

/** Finds or stores the form of an observation. */
export type FormOf = (observation: Observation) => { readonly id: number; readonly form: Form };

/** Puts entries, in order, into a page. Observations whose times are not whole milliseconds are kept whole. */
export function encodePage(entries: readonly Kept[], formOf: FormOf): string {
  const contents = new Positions();
  const values = new Positions<string>();
  const before = new Map<number, Observation>();
  const columns: Record<'form' | 'rest' | 'n' | 'at' | 'started' | 'ended', number[]> = {
    form: [],
    rest: [],
    n: [],
    at: [],
    started: [],
    ended: [],
  };
  const phases: number[] = [];
  let lastN = 0;
  let lastAt = 0;
  for (const { entry, configuration } of entries) {
    if (entry.kind !== 'observation' || !fitsColumns(entry)) {
      columns.form.push(configuration === null ? 0 : -contents.of(configuration));
      columns.rest.push(values.of(JSON.stringify(entry)));
      continue;
    }
    const { id, form } = formOf(entry);
    const rest = restOf(entry, form, before.get(id) ?? form.example);
    before.set(id, entry);
    columns.form.push(contents.of(id));
    columns.rest.push(rest === null ? 0 : values.of(JSON.stringify(rest)));
    columns.n.push(entry.n - lastN);
    columns.at.push(entry.at - lastAt);
    columns.started.push(entry.at - entry.startedAt);
    columns.ended.push(entry.at - entry.endedAt);
    for (const ms of Object.values(entry.phases ?? {})) phases.push(ms as number);
    lastN = entry.n;
    lastAt = entry.at;
  }
  return pageText({ contents: contents.all(), ...columns, ...scaled(phases) }, values.all());
}

/** Entries as a page that shares nothing: what cannot be told apart from it by reading it back. */
export function wholePage(
  entries: readonly { readonly text: string; readonly configuration: number | null }[],
): string {
  const contents = new Positions();
  const form = entries.map(({ configuration }) => (configuration === null ? 0 : -contents.of(configuration)));
  const rest = entries.map((_, index) => index + 1);
  const columns = { form, rest, n: [], at: [], started: [], ended: [], phases: [], scale: 1 } as const;
  return pageText(
    { contents: contents.all(), ...columns },
    entries.map(({ text }) => text),
  );
}

function restOf(observation: Observation, { example }: Form, before: Observation): Rest | null {
  const rest: { -readonly [Name in keyof Rest]: Rest[Name] } = {};
  if (observation.cause !== example.cause) rest.cause = observation.cause;
  if (observation.message !== undefined && observation.message !== example.message) rest.message = observation.message;
  if (observation.nextDueAt !== undefined && observation.nextDueAt !== example.nextDueAt) {
    rest.nextDueAt = observation.nextDueAt;
  }
  if (JSON.stringify(observation.warnings) !== JSON.stringify(example.warnings)) {
    rest.warnings = observation.warnings as unknown as Json;
  }
  const measured = changeOf('measured', before, observation);
  if (measured !== undefined) rest.measured = measured;
  const evidence = changeOf('evidence', before, observation);
  const steps = changeOf('steps', before, observation);
  if (evidence !== undefined || steps !== undefined) {
    rest.seen = { ...(evidence !== undefined && { evidence }), ...(steps !== undefined && { steps }) };
  }
  return isEmpty(rest) ? null : rest;
}

function changeOf(name: 'measured' | 'evidence' | 'steps', before: Observation, after: Observation): Difference {
  if (after[name] === undefined) return undefined;
  return difference((before[name] ?? null) as Json, after[name] as Json);
}

function pageText(columns: Omit<Page, 'values'>, values: readonly string[]): string {
  return `${JSON.stringify(columns).slice(0, -1)},"values":[${values.join(',')}]}`;
}

/** Phases in whole tenths where that gives back the same numbers. */
function scaled(phases: readonly number[]): Pick<Page, 'phases' | 'scale'> {
  if (!phases.every((ms) => Math.round(ms * 10) / 10 === ms)) return { phases, scale: 1 };
  return { phases: phases.map((ms) => Math.round(ms * 10)), scale: 10 };
}

/** Numbers things by when they were first seen, from 1. */
class Positions<Value = number> {
  readonly #positions = new Map<Value, number>();

  of(value: Value): number {
    const known = this.#positions.get(value);
    if (known !== undefined) return known;
    this.#positions.set(value, this.#positions.size + 1);
    return this.#positions.size;
  }

  all(): Value[] {
    return [...this.#positions.keys()];
  }
}

/** Whether its columns would give back exactly the same numbers. */
function fitsColumns({ at, startedAt, endedAt, phases = {} }: Observation): boolean {
  return (
    [at, startedAt, endedAt].every((ms) => Number.isInteger(ms) && Math.abs(ms) < 2 ** 51) &&
    // A number that JSON cannot hold came back as null.
    Object.values(phases).every((ms) => typeof ms === 'number')
  );
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}
