import type { Json } from '../../model/run.ts';

/** A step into a JSON value: a key of an object, or an index into a list (negative: from its end). */
export type PathStep = string | number;

const MAX_STEPS = 32;
const STEP = /^(?:\.([A-Za-z_][A-Za-z0-9_-]*)|\[(-?\d{1,9})\]|\['((?:[^'\\]|\\['\\])*)'\])/;

/**
 * The part of JSONPath (RFC 9535) that names exactly one place: `$`, `.name`, `['any name']`, `[0]`, `[-1]`.
 * Undefined for anything else.
 */
export function parseJsonPath(text: string): readonly PathStep[] | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: PathStep[] = [];
  let rest = text.slice(1);
  while (rest !== '') {
    const [whole, name, index, quoted] = STEP.exec(rest) ?? [];
    if (whole === undefined || steps.length === MAX_STEPS) return undefined;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(name ?? (quoted ?? '').replace(/\\(['\\])/g, '$1'));
    rest = rest.slice(whole.length);
  }
  return steps;
}

/** The value at a path; undefined where there is none. */
export function valueAt(root: Json, path: readonly PathStep[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) {
      value = typeof step === 'number' ? (value as readonly Json[]).at(step) : undefined;
    } else if (typeof value === 'object' && value !== null && typeof step === 'string' && Object.hasOwn(value, step)) {
      value = (value as { readonly [key: string]: Json | undefined })[step];
    } else {
      return undefined;
    }
  }
  return value;
}

/** Whether two JSON values are equal: objects without regard to the order of keys. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = b as { readonly [key: string]: Json | undefined };
  return (
    left.length === Object.keys(b).length &&
    left.every(([key, value]) => Object.hasOwn(right, key) && equalJson(value, right[key]))
  );
}
