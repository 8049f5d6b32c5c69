import type { CapabilityId } from '../model/ids.ts';

/** A bare service name stands for its only capability. */
export function fullName(
  name: string,
  capabilities: readonly { readonly id: CapabilityId; readonly service: string }[],
): CapabilityId {
  const own = capabilities.filter((c) => c.service === name);
  return own.length === 1 && own[0] !== undefined ? own[0].id : (name as CapabilityId);
}
