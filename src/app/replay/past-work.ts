import type { Figures } from '../../core/stats/figures.ts';
import type { Refusal } from '../../model/view.ts';
import type { FiguresAsked } from './figures-of.ts';

/** What a thread is asked about a data folder. */
export interface PastWork {
  readonly folder: string;
  readonly asked: { readonly kind: 'figures'; readonly span: FiguresAsked };
}

/** What it answers, once; what the caller cannot help is thrown. */
export type PastAnswer =
  { readonly kind: 'figures'; readonly figures: Figures } | { readonly kind: 'refused'; readonly refusal: Refusal };
