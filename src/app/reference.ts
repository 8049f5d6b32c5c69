import { configurationJsonSchema } from '../config/json-schema.ts';
import { describedFields } from './described-fields.ts';
import { EDITOR_WORDS } from './editor-words.ts';
import { WORDS } from './field-words.ts';
import { allKinds, NO_SCREEN } from './kinds.ts';

/** The configuration language as JSON Schema, every field described. */
export function schema(): unknown {
  const kinds = allKinds(NO_SCREEN);
  return describedFields(configurationJsonSchema(kinds.probes, kinds.channels), { ...EDITOR_WORDS, ...WORDS });
}

/** One kind, as the reference shows it. */
export interface KindEntry {
  readonly of: 'probe' | 'channel';
  readonly name: string;
  readonly description: string;
  readonly example: string;
  /** What its steps are and what use each makes; empty for channels. */
  readonly steps: readonly { readonly name: string; readonly kind: string }[];
}

/** Every kind of probe and channel there is. */
export function kindReference(): readonly KindEntry[] {
  const kinds = allKinds(NO_SCREEN);
  return [
    ...[...kinds.probes.values()].map((k) => ({
      of: 'probe' as const,
      name: k.name,
      description: k.description,
      example: k.example,
      steps: k.traits.steps,
    })),
    ...[...kinds.channels.values()].map((k) => ({
      of: 'channel' as const,
      name: k.name,
      description: k.description,
      example: k.example,
      steps: [],
    })),
  ];
}
