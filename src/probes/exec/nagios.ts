/** Monitoring Plugins Development Guidelines, "Plugin Return Codes". */
export type NagiosState = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

const STATES: readonly NagiosState[] = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'];
const MAX_METRICS = 50;
/** `'label'=value[unit];…`: the thresholds behind are the plugin's own affair. */
const METRIC = /^(?:'((?:[^']|'')*)'|([^\s'=]+))=(-?\d{1,20}(?:\.\d{1,20})?)[^\s;]{0,10}(?:;\S*)?(?:\s+|$)/;

/** The state an exit status means; anything else than the four is UNKNOWN, as Nagios has it. */
export function stateOf(code: number): NagiosState {
  return STATES[code] ?? 'UNKNOWN';
}

/** What a plugin wrote: the first line without its performance data, and that data by label, as far as it can be read. */
export function parsePluginOutput(stdout: string): {
  readonly text: string;
  readonly metrics: Readonly<Record<string, number>>;
} {
  const line = stdout.split('\n', 1)[0] ?? '';
  const bar = line.indexOf('|');
  if (bar < 0) return { text: line.trim(), metrics: {} };
  const metrics = new Map<string, number>();
  let rest = line.slice(bar + 1).trimStart();
  while (rest !== '' && metrics.size < MAX_METRICS) {
    const match = METRIC.exec(rest);
    if (match === null) break;
    const label = match[1]?.replaceAll("''", "'") ?? match[2] ?? '';
    metrics.set(label.slice(0, 100), Number(match[3]));
    rest = rest.slice(match[0].length);
  }
  return { text: line.slice(0, bar).trim(), metrics: Object.fromEntries(metrics) };
}
