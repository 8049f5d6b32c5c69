/** A finding as the API gives it; `check --json` gives the same. */
export { acceptedBody as acceptedJson, findingBody as findingJson } from '../api/shapes/finding.ts';
