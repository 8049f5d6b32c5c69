type TypeName = 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'array' | 'object';

/**
 * The part of JSON Schema that our routes use: the same in draft-07 (which validates requests) and 2020-12 (which
 * OpenAPI 3.1 speaks). A schema with a `title` becomes a named component of the OpenAPI document.
 */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly enum?: readonly (string | number | null)[];
  readonly format?: 'date-time' | 'uri';
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | JsonSchema;
}

/** The TypeScript type of what a schema accepts. `{}` accepts anything: `unknown`. */
export type FromSchema<S> = S extends { readonly enum: readonly (infer Member)[] }
  ? Member
  : S extends { readonly type: readonly (infer Name)[] }
    ? OfType<Name, S>
    : S extends { readonly type: infer Name }
      ? OfType<Name, S>
      : unknown;

type OfType<Name, S> = Name extends 'string'
  ? string
  : Name extends 'integer' | 'number'
    ? number
    : Name extends 'boolean'
      ? boolean
      : Name extends 'null'
        ? null
        : Name extends 'array'
          ? readonly FromSchema<S extends { readonly items: infer Items } ? Items : unknown>[]
          : OfObject<S>;

type OfObject<S> = S extends { readonly properties: infer P; readonly required: readonly (infer R)[] }
  ? { readonly [K in keyof P & R]: FromSchema<P[K]> } & { readonly [K in Exclude<keyof P, R>]?: FromSchema<P[K]> }
  : S extends { readonly additionalProperties: infer Value }
    ? Readonly<Record<string, FromSchema<Value>>>
    : Readonly<Record<string, unknown>>;

interface ObjectSchema<P, Optional> {
  readonly type: 'object';
  readonly properties: P;
  readonly required: readonly Exclude<keyof P & string, Optional>[];
}

/** An object that we send: every field but the optional ones is there, and later versions may add some. */
export function object<
  const P extends Readonly<Record<string, JsonSchema>>,
  const Optional extends keyof P & string = never,
>(properties: P, optional: readonly Optional[] = []): ObjectSchema<P, Optional> {
  const isRequired = (name: string): name is Exclude<keyof P & string, Optional> =>
    !(optional as readonly string[]).includes(name);
  return { type: 'object', properties, required: Object.keys(properties).filter(isRequired) };
}

/** An object that we are sent: a field that we do not know is a mistake. */
export function request<
  const P extends Readonly<Record<string, JsonSchema>>,
  const Optional extends keyof P & string = never,
>(
  properties: P,
  optional: readonly Optional[] = [],
): ObjectSchema<P, Optional> & { readonly additionalProperties: false } {
  return { ...object(properties, optional), additionalProperties: false };
}

/** A schema under a name: a component of the OpenAPI document. */
export function named<const T extends string, const S extends JsonSchema>(title: T, schema: S): S & { title: T } {
  return { title, ...schema };
}

/** Many of something. */
export function arrayOf<const S extends JsonSchema>(items: S): { readonly type: 'array'; readonly items: S } {
  return { type: 'array', items };
}

/** A page of a list: `next` is the cursor of the page after it, null on the last one. */
export function listOf<const S extends JsonSchema>(
  items: S,
): ObjectSchema<
  { readonly items: { readonly type: 'array'; readonly items: S }; readonly next: typeof NULLABLE_TEXT },
  never
> {
  return object({ items: arrayOf(items), next: NULLABLE_TEXT });
}

export const TEXT = { type: 'string' } as const;
export const NULLABLE_TEXT = { type: ['string', 'null'] } as const;
export const FLAG = { type: 'boolean' } as const;
export const COUNT = { type: 'integer', minimum: 0 } as const;
export const MILLISECONDS = { type: 'number', minimum: 0, description: 'milliseconds' } as const;
/** ISO 8601; what we send is UTC with milliseconds. */
export const INSTANT = { type: 'string', format: 'date-time' } as const;
export const NULLABLE_INSTANT = { type: ['string', 'null'], format: 'date-time' } as const;
export const ANYTHING = {} as const;
