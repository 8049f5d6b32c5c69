import { shapesAt } from './schema-shape.ts';
import type { PathStep } from './schema-shape.ts';
import type { z } from 'zod';

/** Two forms of one thing, written into one mapping. */
export interface ExclusiveKeys {
  /** A key of the form that fits less. */
  readonly key: string;
  /** Written keys of which none may stand beside it; at least one. */
  readonly others: readonly string[];
  /** All written keys that the better fitting form does not have, though another one has. */
  readonly strangers: readonly string[];
  /** The keys of each form that something was written of. */
  readonly forms: readonly (readonly string[])[];
}

/**
 * Whether the keys of a mapping come from several of the shapes that it may have: `cron` is a key of one form of
 * maintenance, `from` of the other. Undefined where one shape has all of those that are known at all.
 */
export function exclusiveKeys(
  written: readonly string[],
  schema: z.ZodType,
  path: readonly PathStep[],
): ExclusiveKeys | undefined {
  const shapes = shapesAt(schema, path);
  const known = written.filter((key) => shapes.some((shape) => shape.includes(key)));
  const fitting = (shape: readonly string[]): number => known.filter((key) => shape.includes(key)).length;
  const [nearest] = shapes.toSorted((a, b) => fitting(b) - fitting(a));
  const strangers = known.filter((key) => nearest?.includes(key) === false);
  const [key] = strangers;
  if (key === undefined) return undefined;
  const withKey = shapes.filter((shape) => shape.includes(key));
  const others = known.filter((other) => !withKey.some((shape) => shape.includes(other)));
  // Where the nearest form shares no rival with it, everything that only that form has is one.
  const rivals = others.length > 0 ? others : known.filter((other) => !strangers.includes(other));
  return { key, others: rivals, strangers, forms: shapes.filter((shape) => fitting(shape) > 0) };
}
