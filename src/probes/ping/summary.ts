/** The last two lines of iputils' `ping -q`. */
export interface PingSummary {
  readonly sent: number;
  readonly received: number;
  /** Absent where nothing came back. */
  readonly rttMs?: { readonly min: number; readonly average: number; readonly max: number };
}

const COUNTS = /^(\d{1,6}) packets transmitted, (\d{1,6}) (?:packets )?received\b/m;
const TIMES =
  /^(?:rtt|round-trip) min\/avg\/max(?:\/mdev)? = (\d{1,9}(?:\.\d{1,6})?)\/(\d{1,9}(?:\.\d{1,6})?)\/(\d{1,9}(?:\.\d{1,6})?)\b/m;

/** The summary in what ping said; undefined where there is none. */
export function parseSummary(stdout: string): PingSummary | undefined {
  const counts = COUNTS.exec(stdout);
  if (counts === null) return undefined;
  const times = TIMES.exec(stdout);
  return {
    sent: Number(counts[1]),
    received: Number(counts[2]),
    ...(times !== null && { rttMs: { min: Number(times[1]), average: Number(times[2]), max: Number(times[3]) } }),
  };
}
