import type { ObservationFact } from '../model/entry.ts';
import type { ProbeId, ServiceId } from '../model/ids.ts';
import { labelled } from './exposition.ts';
import type { Exposition } from './exposition.ts';
import { probeSample } from './probe-sample.ts';
import type { ProbeSample } from './probe-sample.ts';

/** A series of blackbox_exporter: the metric, an own label of it, and the part of a sample that it shows. */
interface Series {
  readonly name: string;
  readonly help: string;
  readonly columns: readonly { readonly of: keyof ProbeSample; readonly label?: string }[];
}

const phase = (of: keyof ProbeSample): Series['columns'][number] => ({ of, label: labelled({ phase: of }) });

const SERIES: readonly Series[] = [
  { name: 'probe_success', help: 'Displays whether or not the probe was a success', columns: [{ of: 'success' }] },
  {
    name: 'probe_duration_seconds',
    help: 'Returns how long the probe took to complete in seconds',
    columns: [{ of: 'duration' }],
  },
  {
    name: 'probe_dns_lookup_time_seconds',
    help: 'Returns the time taken for probe dns lookup in seconds',
    columns: [{ of: 'dnsLookup' }],
  },
  { name: 'probe_http_status_code', help: 'Response HTTP status code', columns: [{ of: 'httpStatus' }] },
  {
    name: 'probe_http_duration_seconds',
    help: 'Duration of http request by phase',
    columns: [phase('resolve'), phase('connect'), phase('tls'), phase('processing'), phase('transfer')],
  },
  {
    name: 'probe_http_version',
    help: 'Returns the version of HTTP of the probe response',
    columns: [{ of: 'httpVersion' }],
  },
  {
    name: 'probe_ssl_earliest_cert_expiry',
    help: 'Returns earliest SSL cert expiry in unixtime',
    columns: [{ of: 'earliestCertExpiry' }],
  },
  {
    name: 'probe_ip_protocol',
    help: 'Specifies whether probe ip protocol is IP4 or IP6',
    columns: [{ of: 'ipProtocol' }],
  },
  {
    name: 'probe_ip_addr_hash',
    help: 'Specifies the hash of IP address. It is useful to detect if the IP address changes.',
    columns: [{ of: 'ipAddrHash' }],
  },
  {
    name: 'probe_failed_due_to_regex',
    help: 'Indicates if probe failed due to regex',
    columns: [{ of: 'failedDueToRegex' }],
  },
];

const COLUMNS = SERIES.flatMap(({ columns }) => columns.map(({ of }) => of));
const INITIAL_SLOTS = 256;

/**
 * The last run of every probe, as numbers in typed arrays: one slot a probe and location, one array a column.
 * That is a hundred bytes a probe and nothing to collect, where one object per sample would be kilobytes.
 */
export class ProbeSeries {
  readonly #slotOf = new Map<string, number>();
  readonly #probes: (ProbeId | undefined)[] = [];
  readonly #labels: string[] = [];
  readonly #free: number[] = [];
  readonly #columns = new Map<keyof ProbeSample, Float64Array>(
    COLUMNS.map((column) => [column, new Float64Array(INITIAL_SLOTS).fill(Number.NaN)]),
  );

  /** Keeps a run in place of the last one. */
  observe(service: ServiceId, probeKind: string, observation: ObservationFact): void {
    const slot = this.#slot(service, observation);
    const sample = probeSample(observation, probeKind);
    for (const [column, values] of this.#columns) values[slot] = sample[column];
  }

  /** Forgets every probe that is not among these: what left the configuration leaves the metrics. */
  retain(probes: ReadonlySet<ProbeId>): void {
    for (const [key, slot] of this.#slotOf) {
      const probe = this.#probes[slot];
      if (probe === undefined || probes.has(probe)) continue;
      this.#slotOf.delete(key);
      this.#probes[slot] = undefined;
      for (const values of this.#columns.values()) values[slot] = Number.NaN;
      this.#free.push(slot);
    }
  }

  /** Writes all series, letting the event loop turn between slices. */
  async write(out: Exposition): Promise<void> {
    for (const { name, help, columns } of SERIES) {
      out.head(name, help, 'gauge');
      for (const { of, label } of columns)
        for (let slot = 0; slot < this.#probes.length; slot += 1) {
          const value = this.#columns.get(of)?.[slot] ?? Number.NaN;
          if (Number.isNaN(value)) continue;
          const labels = this.#labels[slot] ?? '';
          out.sample(name, label === undefined ? labels : `${label},${labels}`, value);
          if (out.exhausted) await out.breathe();
        }
    }
  }

  #slot(service: ServiceId, { probe, location }: ObservationFact): number {
    const key = `${probe}\n${location}`;
    const known = this.#slotOf.get(key);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#probes.length;
    this.#slotOf.set(key, slot);
    this.#probes[slot] = probe;
    this.#labels[slot] = labelled({ service, probe, location });
    for (const [column, values] of this.#columns)
      if (slot >= values.length) {
        const grown = new Float64Array(values.length * 2).fill(Number.NaN);
        grown.set(values);
        this.#columns.set(column, grown);
      }
    return slot;
  }
}
