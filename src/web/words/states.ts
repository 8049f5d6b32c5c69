import type { ServiceBody } from '../../api/shapes/service.ts';

/** How a capability or a service stands. */
export type State = ServiceBody['state'];

/** How a probe stands. */
export type ProbeStatus = ServiceBody['probes'][number]['status'];

/** States, worst first: the order in which they are listed. */
export const STATES: readonly State[] = ['down', 'degraded', 'at-risk', 'unknown', 'up'];

/** A state's word. It always stands beside its shape and colour. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  up: 'up',
  'at-risk': 'at risk',
  degraded: 'degraded',
  down: 'down',
  unknown: 'unknown',
};

/** The state whose mark a probe gets. */
export const PROBE_STATES: Readonly<Record<ProbeStatus, State>> = {
  passing: 'up',
  suspect: 'degraded',
  failing: 'down',
  recovering: 'degraded',
  unknown: 'unknown',
};
