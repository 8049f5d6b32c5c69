import type { ReplayAsked } from '../../api/operation.ts';
import type { ReplayBody } from '../../api/shapes/replay.ts';
import type { Figures } from '../../core/stats/figures.ts';
import type { Refusal } from '../../model/view.ts';
import type { FiguresAsked } from './figures-of.ts';

/** What a thread is asked about a data folder. */
export interface PastWork {
  readonly folder: string;
  readonly asked:
    | { readonly kind: 'figures'; readonly span: FiguresAsked }
    | { readonly kind: 'replay'; readonly replay: ReplayAsked };
}

/** What it answers, once; what the caller cannot help is thrown. */
export type PastAnswer =
  | { readonly kind: 'figures'; readonly figures: Figures }
  | { readonly kind: 'replayed'; readonly replayed: ReplayBody }
  | { readonly kind: 'refused'; readonly refusal: Refusal };
