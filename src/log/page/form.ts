import type { Json } from '../../model/run.ts';
import type { Observation } from './page.ts';

/**
 * What a probe's runs have in common, stored once: an example of them. Two observations have the same form
 * when they have the same fields in the same order and agree in all but times, numbers and words: probe,
 * location, outcome, class, capabilities, address and facts.
 */
export interface Form {
  readonly example: Observation;
  readonly phases: readonly string[];
}

/** Names of the fields in which observations of one form may differ, and what stands for them in its text. */
const BLANKS: ReadonlyMap<string, (value: Json) => Json> = new Map([
  ['n', nothing],
  ['at', nothing],
  ['startedAt', nothing],
  ['endedAt', nothing],
  ['cause', nothing],
  ['message', nothing],
  ['warnings', nothing],
  ['nextDueAt', nothing],
  ['evidence', nothing],
  ['steps', nothing],
  ['phases', keysOf],
  ['measured', keysOf],
]);

/** Text that is equal for observations of one form, and only for those. */
export function formText(observation: Observation): string {
  const form: Record<string, Json | undefined> = {};
  for (const name in observation) {
    const value = observation[name as keyof Observation] as Json;
    const blank = BLANKS.get(name);
    form[name] = blank ? blank(value) : value;
  }
  return JSON.stringify(form);
}

/**
 * The example that is stored for an observation's form, whole: what fails steadily fails with the same
 * evidence, which is then kept once.
 */
export function exampleText(observation: Observation): string {
  return JSON.stringify({ ...observation, n: 0, at: 0 });
}

/** A form as stored, read. */
export function parseForm(text: string): Form {
  const example = JSON.parse(text) as Observation;
  return { example, phases: Object.keys(example.phases ?? {}) };
}

function nothing(): Json {
  return 0;
}

function keysOf(value: Json): Json {
  return typeof value === 'object' && value !== null ? Object.keys(value) : value;
}
