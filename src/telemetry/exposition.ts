import { setImmediate as nextTurn } from 'node:timers/promises';

/** What a metric is, as the exposition format names it. */
export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

const SLICE_MS = 4;
/** Between two looks at the clock at most so many lines are written. */
const LINES_PER_LOOK = 200;

/**
 * Writes Prometheus' text format (version 0.0.4) in slices: whoever writes many lines awaits `breathe` between
 * them, which lets the event loop turn once 4 ms have been spent. Ten thousand probes make some 140,000 lines;
 * written at once they would stop every probe for half a second.
 */
export class Exposition {
  readonly #slices: Buffer[] = [];
  #text = '';
  #lines = 0;
  #sliceStartedAt: number;
  readonly #monotonic: () => number;

  /** `monotonic` gives milliseconds that never run backwards. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#sliceStartedAt = monotonic();
  }

  /** Begins a metric. `help` is one line. */
  head(name: string, help: string, type: MetricType): void {
    this.#text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
  }

  /** One sample. `labels` is made by `labelled`, or empty. */
  sample(name: string, labels: string, value: number): void {
    this.#text += labels === '' ? `${name} ${number(value)}\n` : `${name}{${labels}} ${number(value)}\n`;
    this.#lines += 1;
  }

  /** Text in the format already, ending with a line break. */
  append(text: string): void {
    this.#text += text;
  }

  /** Whether it is time to let others run; then await `breathe`. Cheap: most calls only count. */
  get exhausted(): boolean {
    if (this.#lines < LINES_PER_LOOK) return false;
    this.#lines = 0;
    this.#flush();
    return this.#monotonic() - this.#sliceStartedAt >= SLICE_MS;
  }

  /** Lets the event loop turn. */
  async breathe(): Promise<void> {
    await nextTurn();
    this.#sliceStartedAt = this.#monotonic();
  }

  /**
   * Everything that was written, in one piece. That is copied in slices, too: fifteen megabytes of fresh memory
   * take the kernel longer to hand out than any probe should wait.
   */
  async end(): Promise<Buffer> {
    this.#flush();
    const whole = Buffer.allocUnsafeSlow(this.#slices.reduce((bytes, slice) => bytes + slice.byteLength, 0));
    let at = 0;
    for (const slice of this.#slices) {
      at += slice.copy(whole, at);
      if (this.#monotonic() - this.#sliceStartedAt >= SLICE_MS) await this.breathe();
    }
    return whole;
  }

  #flush(): void {
    if (this.#text === '') return;
    this.#slices.push(Buffer.from(this.#text, 'utf8'));
    this.#text = '';
  }
}

/** Labels as they stand between the braces, in the order given; values escaped. */
export function labelled(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

/** A backslash, a quotation mark and a line break may not stand in a label's value as they are. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
