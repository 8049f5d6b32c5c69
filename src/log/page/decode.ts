import type { Entry } from '../../model/entry.ts';
import type { Configuration } from '../../model/configuration.ts';
import type { Json, Measured } from '../../model/run.ts';
import { LogError } from '../../ports/log.ts';
import { patch } from './difference.ts';
import { parseForm, type Form } from './form.ts';
import type { Observation, Page, Rest } from './page.ts';

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * The contents that pages refer to, parsed when first needed. A configuration and a form may be asked for
 * any number of times and are shared by all entries that have them.
 */
export class Contents {
  readonly #texts = new Map<number, string>();
  readonly #forms = new Map<number, Form>();
  readonly #configurations = new Map<number, Configuration>();

  add(contents: Iterable<readonly [id: number, text: string]>): void {
    for (const [id, text] of contents) this.#texts.set(id, text);
  }

  addForm(id: number, form: Form): void {
    this.#forms.set(id, form);
  }

  /** Forgets everything when there are more than so many: they can be asked for again. */
  trim(most: number): void {
    if (this.#texts.size <= most) return;
    this.#texts.clear();
    this.#forms.clear();
    this.#configurations.clear();
  }

  /** Those of a page's contents that are not here yet. */
  missing(page: Page): readonly number[] {
    return page.contents.filter((id) => !this.#texts.has(id));
  }

  form(id: number): Form {
    return remembered(this.#forms, id, () => parseForm(this.#text(id)));
  }

  configuration(id: number): Configuration {
    return remembered(this.#configurations, id, () => JSON.parse(this.#text(id)) as Configuration);
  }

  #text(id: number): string {
    const text = this.#texts.get(id);
    if (text === undefined) throw new LogError('corrupt', `the log refers to content ${id}, which it does not hold`);
    return text;
  }
}

/** Takes the entries out of a page, in order, exactly as they went in. */
export function decodePage(page: Page, contents: Contents): Entry[] {
  const forms: Form[] = [];
  const before: Observation[] = [];
  const entries: Entry[] = [];
  const { at: ats, n: ns, started, ended, phases, scale, values } = page;
  let n = 0;
  let at = 0;
  let run = 0;
  let phase = 0;
  for (let index = 0; index < page.form.length; index++) {
    const position = page.form[index] ?? 0;
    const rest = values[(page.rest[index] ?? 0) - 1];
    if (position <= 0) {
      entries.push(position === 0 ? (rest as unknown as Entry) : configEntry(rest as Json, page, position, contents));
      continue;
    }
    const form = (forms[position - 1] ??= contents.form(page.contents[position - 1] ?? 0));
    n += ns[run] ?? 0;
    at += ats[run] ?? 0;
    const observation: Writable<Observation> = { ...form.example };
    observation.n = n;
    observation.at = at;
    observation.startedAt = at - (started[run] ?? 0);
    observation.endedAt = at - (ended[run] ?? 0);
    run++;
    if (observation.phases) {
      const own: Record<string, number> = {};
      for (const name of form.phases) own[name] = (phases[phase++] as number) / scale;
      observation.phases = own;
    }
    if (rest !== undefined) applyRest(observation, rest as Rest);
    patchFrom(before[position - 1] ?? form.example, observation, rest as Rest | undefined);
    before[position - 1] = observation;
    entries.push(observation);
  }
  return entries;
}

function applyRest(observation: Writable<Observation>, rest: Rest): void {
  for (const name in rest) {
    if (name === 'measured' || name === 'seen') continue;
    (observation as Record<string, unknown>)[name] = rest[name as keyof Rest];
  }
}

/** What differs from the page's last run of the same form; where nothing does, it is that run's own. */
function patchFrom(before: Observation, observation: Writable<Observation>, rest: Rest | undefined): void {
  if (observation.measured !== undefined) {
    observation.measured = patch(before.measured as Json, rest?.measured) as Measured;
  }
  if (observation.evidence !== undefined && rest?.evidence === undefined) {
    observation.evidence = patch(before.evidence ?? null, rest?.seen?.evidence) as NonNullable<Observation['evidence']>;
  }
  if (observation.steps !== undefined && rest?.steps === undefined) {
    observation.steps = patch((before.steps ?? null) as unknown as Json, rest?.seen?.steps) as unknown as NonNullable<
      Observation['steps']
    >;
  }
}

/** When a run ended, how long it took and what came of it: all that a summary needs. */
export interface Timing {
  readonly at: number;
  readonly durationMs: number;
  readonly outcome: Observation['outcome'];
}

/** The observations' times alone, several times as fast as taking all of them out. */
export function* decodeTimings(page: Page, contents: Contents): Generator<Timing> {
  let at = 0;
  let run = 0;
  for (const [index, position] of page.form.entries()) {
    if (position > 0) {
      at += page.at[run] ?? 0;
      const durationMs = (page.started[run] ?? 0) - (page.ended[run] ?? 0);
      run++;
      yield { at, durationMs, outcome: contents.form(page.contents[position - 1] ?? 0).example.outcome };
      continue;
    }
    const entry = page.values[(page.rest[index] ?? 0) - 1] as unknown as Entry;
    if (position < 0 || entry.kind !== 'observation') continue;
    yield { at: entry.at, durationMs: entry.endedAt - entry.startedAt, outcome: entry.outcome };
  }
}

function configEntry(rest: Json, page: Page, position: number, contents: Contents): Entry {
  const entry = { ...(rest as unknown as Entry & { kind: 'config' }) };
  const configuration = contents.configuration(page.contents[-position - 1] ?? 0);
  return Object.assign(entry, { configuration });
}

function remembered<Value>(values: Map<number, Value>, id: number, make: () => Value): Value {
  const known = values.get(id);
  if (known !== undefined) return known;
  const value = make();
  values.set(id, value);
  return value;
}
