import type { Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { ObservationFact } from '../model/entry.ts';
import type { ProbeId } from '../model/ids.ts';
import type { Phases } from '../model/run.ts';
import type { DaemonEvent, DaemonListener } from '../ports/telemetry.ts';

/** Traces of what the daemon does: `tocsin.probe` with a child a phase, `tocsin.notification`. */
export interface Traces extends AsyncDisposable {
  readonly listener: DaemonListener;
  /** Begins the trace of a probe's next run; gives the W3C `traceparent` to send with its requests. */
  readonly traceparent: (probe: ProbeId) => string;
}

/** Where to send spans, and how to tell the time in wall milliseconds. */
export interface TracesOptions {
  /** An OTLP/HTTP endpoint, with or without the path `/v1/traces`. */
  readonly otlp: string;
  readonly instance: string;
  readonly wall: () => number;
}

/** In the order in which a connection goes through them. */
const PHASES = ['dns', 'connect', 'tls', 'firstByte', 'transfer'] as const satisfies readonly (keyof Phases)[];

/** Retries included: a collector that is gone holds nobody up, when the daemon ends as little as before. */
const EXPORT_TIMEOUT_MS = 2000;

/**
 * Starts tracing. The SDK is loaded here and not before: it costs half a second and many megabytes, which
 * nobody pays who did not configure it. Disposing sends what is still waiting.
 */
export async function openTraces({ otlp, instance, wall }: TracesOptions): Promise<Traces> {
  const [api, { NodeSDK }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const sdk = new NodeSDK({
    serviceName: 'tocsin',
    autoDetectResources: false,
    instrumentations: [],
    textMapPropagator: null,
    metricReaders: [],
    logRecordProcessors: [],
    traceExporter: new OTLPTraceExporter({ url: tracesUrl(otlp), timeoutMillis: EXPORT_TIMEOUT_MS }),
  });
  sdk.start();
  const tracer = api.trace.getTracer('tocsin');
  // The SDK registers itself for the whole process; the tracer is ours now, and another daemon in this process
  // must be able to have its own.
  api.trace.disable();
  api.context.disable();
  return new OtlpTraces(api, tracer, instance, wall, () => sdk.shutdown());
}

type Api = typeof import('@opentelemetry/api');

/** A run whose trace has begun. */
interface Begun {
  readonly span: Span;
  readonly startedAt: number;
}

class OtlpTraces implements Traces {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #instance: string;
  readonly #wall: () => number;
  readonly #shutdown: () => Promise<void>;
  /** At most one a probe: there are never two runs of one probe at once. */
  readonly #begun = new Map<ProbeId, Begun>();

  constructor(api: Api, tracer: Tracer, instance: string, wall: () => number, shutdown: () => Promise<void>) {
    this.#api = api;
    this.#tracer = tracer;
    this.#instance = instance;
    this.#wall = wall;
    this.#shutdown = shutdown;
  }

  readonly traceparent = (probe: ProbeId): string => {
    const begun = this.#begin(probe, this.#wall());
    this.#begun.set(probe, begun);
    return traceparentOf(begun.span.spanContext());
  };

  readonly listener = (event: DaemonEvent): void => {
    switch (event.kind) {
      case 'run-started':
        this.#begun.get(event.probe)?.span.setAttribute('tocsin.lateness_ms', event.latenessMs);
        return;
      case 'observed':
        this.#ended(event.observation, event.service, event.probeKind);
        return;
      case 'delivery':
        this.#delivered(event);
        return;
      case 'committed':
      case 'commit-failed':
      case 'decided':
      case 'undelivered':
      case 'reloaded':
      case 'stalled':
      case 'problem':
    }
  };

  async [Symbol.asyncDispose](): Promise<void> {
    // A collector that is gone must not keep the daemon from ending; the exporter gives up by its own deadline.
    await this.#shutdown().catch(() => undefined);
  }

  #begin(probe: ProbeId, startedAt: number): Begun {
    const attributes = { 'tocsin.instance': this.#instance, 'tocsin.probe': probe };
    return {
      span: this.#tracer.startSpan('tocsin.probe', { root: true, startTime: startedAt, attributes }),
      startedAt,
    };
  }

  #ended(observation: ObservationFact, service: string, probeKind: string): void {
    const { probe, outcome, address, message } = observation;
    const lengthMs = observation.endedAt - observation.startedAt;
    const { span, startedAt } = this.#begun.get(probe) ?? this.#begin(probe, this.#wall() - lengthMs);
    this.#begun.delete(probe);
    span.setAttributes({
      'tocsin.service': service,
      'tocsin.probe.kind': probeKind,
      'tocsin.location': observation.location,
      'tocsin.cause': observation.cause,
      'tocsin.outcome': outcome,
      ...(observation.class === undefined ? {} : { 'tocsin.class': observation.class }),
      ...(address === undefined ? {} : { 'network.peer.address': address }),
    });
    if (outcome === 'fail')
      span.setStatus({ code: this.#api.SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) });
    this.#phases(span, startedAt, observation.phases ?? {});
    span.end(startedAt + lengthMs);
  }

  /** Phases follow one another; a run has those that it came to. */
  #phases(parent: Span, startedAt: number, phases: Phases): void {
    const within = this.#api.trace.setSpan(this.#api.ROOT_CONTEXT, parent);
    let at = startedAt;
    for (const phase of PHASES) {
      const ms = phases[phase];
      if (ms === undefined) continue;
      this.#tracer.startSpan(`tocsin.probe.${phase}`, { startTime: at }, within).end(at + ms);
      at += ms;
    }
  }

  #delivered({ channel, event, result, incident, ms }: Extract<DaemonEvent, { kind: 'delivery' }>): void {
    const endedAt = this.#wall();
    const span = this.#tracer.startSpan('tocsin.notification', {
      root: true,
      startTime: endedAt - ms,
      attributes: {
        'tocsin.instance': this.#instance,
        'tocsin.channel': channel,
        'tocsin.event': event,
        'tocsin.result': result,
        'tocsin.incident': incident,
      },
    });
    if (result === 'failed') span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
    span.end(endedAt);
  }
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

function tracesUrl(otlp: string): string {
  const base = otlp.replace(/\/+$/, '');
  return base.endsWith('/v1/traces') ? base : `${base}/v1/traces`;
}
