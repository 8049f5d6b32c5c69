import type { CapabilityState } from '../../model/view.ts';

/** How a capability or a service stands. */
export const CAPABILITY_STATE = {
  type: 'string',
  enum: ['up', 'at-risk', 'degraded', 'down', 'unknown'] satisfies CapabilityState[],
} as const;
