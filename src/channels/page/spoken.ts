import { printable } from '../../ports/printable.ts';

/** A capability as people say it, printable: `rekor` for `rekor.up`, the only one that a service without others has. */
export function spoken(capability: string): string {
  const name = printable(capability, 100);
  return name.endsWith('.up') ? name.slice(0, -3) : name;
}
