import type { StepKind } from '../../model/run.ts';
import type { OciOptions } from './options.ts';

/** The steps of a run, in causal order. */
export const STEP_NAMES = [
  'front page',
  'realm',
  'token',
  'manifest',
  'pinned digest',
  'blobs',
  'signature',
  'upload',
] as const;

/** One step of a run. */
export type StepName = (typeof STEP_NAMES)[number];

/** The front page only shows that something answers; an upload writes; all else reads. */
export function kindOfStep(name: StepName): StepKind {
  if (name === 'front page') return 'reach';
  return name === 'upload' ? 'write' : 'read';
}

/** The steps that these options make. */
export function stepsOf(options: OciOptions): readonly StepName[] {
  const optional: Partial<Record<StepName, boolean>> = {
    'pinned digest': options.digest !== undefined,
    blobs: options.depth === 'blobs',
    signature: options.signature,
    upload: options.upload,
  };
  return STEP_NAMES.filter((name) => optional[name] ?? true);
}
