/** A time of day in the viewer's zone. */
export function timeOfDay(iso: string, { seconds = true }: { readonly seconds?: boolean } = {}): string {
  const options = { hour: '2-digit', minute: '2-digit', ...(seconds ? { second: '2-digit' as const } : {}) } as const;
  return new Date(iso).toLocaleTimeString(undefined, { ...options, hourCycle: 'h23' });
}

/** Day and time in the viewer's zone, with UTC beside it: what stands behind every relative time. */
export function fullTime(iso: string): string {
  return `${new Date(iso).toLocaleString()} (${utcTime(iso)})`;
}

/** `2026-05-04 10:00:00 UTC`. */
export function utcTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

/** Day and month in the viewer's zone: `4 May`. */
export function dayText(iso: string): string {
  return new Date(iso).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
}
