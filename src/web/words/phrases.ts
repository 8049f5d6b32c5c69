/** `1 probe`, `2 probes`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length <= 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** A fact's value on one line. */
export function factText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.map(factText).join(', ') || 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The part of a capability's name behind its service. */
export function ownName(capability: string): string {
  return capability.slice(capability.indexOf('.') + 1);
}
