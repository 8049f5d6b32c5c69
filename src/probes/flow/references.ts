import { Secret } from '../../model/secret.ts';

/** The name under which every run has values of its own: `${run.nonce}`. */
export const RUN = 'run';
/** What a run has of its own: `nonce`, 16 hexadecimal digits that no other run has. */
export const RUN_VALUES: readonly string[] = ['nonce'];

const REFERENCE = /\$\{([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\.([A-Za-z_][A-Za-z0-9_]*)\}/g;
const MAX_DEPTH = 32;

/** A text somewhere in a step, and the way to it. */
export interface PlacedText {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** The references of a text, as `step.name`, in order. */
export function referencesIn(text: string): readonly string[] {
  return [...text.matchAll(REFERENCE)].map(([, step, name]) => `${step}.${name}`);
}

/** The text with each reference replaced by what `value` gives for its `step.name`. */
export function fillText(text: string, value: (reference: string) => string): string {
  return text.replace(REFERENCE, (_whole, step: string, name: string) => value(`${step}.${name}`));
}

/** The one reference that a text is, and nothing beside it. */
export function soleReference(text: string): string | undefined {
  const [first] = referencesIn(text);
  return text === `\${${first}}` ? first : undefined;
}

/** Every text of a value, those in secrets too. */
export function* textsOf(value: unknown, path: readonly (string | number)[] = []): Generator<PlacedText> {
  if (typeof value === 'string') yield { path, text: value };
  else if (value instanceof Secret) yield { path, text: value.reveal() };
  else if (typeof value === 'object' && value !== null && path.length < MAX_DEPTH) {
    const isList = Array.isArray(value);
    for (const [key, inner] of Object.entries(value)) yield* textsOf(inner, [...path, isList ? Number(key) : key]);
  }
}

/** Whether a reference may stand there: only what is sent, and what an answer's body is held to. */
export function mayHoldReference(path: readonly (string | number)[]): boolean {
  const [field, inner, last] = path;
  switch (field) {
    case 'url':
    case 'headers':
    case 'body':
    case 'json':
      return true;
    case 'auth':
      return last !== 'tokenUrl';
    case 'expect':
      return inner === 'contains' || inner === 'matches' || inner === 'notMatches' || inner === 'json';
    default:
      return false;
  }
}
