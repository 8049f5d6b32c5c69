/** Figures as the API gives them; `stats --json` gives the same. */
export { figuresBody as figuresJson } from '../api/shapes/figures.ts';
