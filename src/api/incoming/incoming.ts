import type { Problem } from '../problem.ts';

/** A request's body as it came, with what beside it may say what it is. */
export interface Incoming {
  /** Lower case, without parameters. */
  readonly mediaType: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
}

/** The body that an operation's schema describes, or why there is none in what came. */
export type Translated = { readonly kind: 'body'; readonly body: unknown } | Problem;

/** The media type of a CloudEvent that is JSON as a whole. */
export const CLOUD_EVENT = 'application/cloudevents+json';

/** The fields of a mapping; undefined for anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** A text with something in it; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
