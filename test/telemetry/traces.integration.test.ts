import { performance } from 'node:perf_hooks';
import { afterEach, expect, test } from 'vitest';
import { trace } from '@opentelemetry/api';
import { openTraces } from '../../src/telemetry/traces.ts';
import type { Traces } from '../../src/telemetry/traces.ts';
import { startHttpReceiver } from '../servers/http-receiver.ts';
import type { HttpReceiver } from '../servers/http-receiver.ts';
import { observed, passed } from './samples/events.ts';

/** A span as OTLP/JSON has it, as far as these tests look. */
interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

interface OtlpBody {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[] }[];
}

const OK = { kind: 'answer', status: 200, body: '{}' } as const;

function spans(collector: HttpReceiver): SentSpan[] {
  return collector.requests.flatMap(({ body }) =>
    (JSON.parse(body) as OtlpBody).resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((scope) => scope.spans),
    ),
  );
}

function open(collector: HttpReceiver): Promise<Traces> {
  const origin = Date.parse('2026-11-21T03:00:00Z') - performance.now();
  return openTraces({ otlp: collector.url, instance: 'test', wall: () => origin + performance.now() });
}

const attribute = (span: SentSpan | undefined, key: string): string | undefined =>
  span?.attributes.find((each) => each.key === key)?.value.stringValue;

afterEach(() => {
  // Nothing of one daemon's tracing is left to the process.
  expect(trace.getTracer('other').startSpan('x').isRecording()).toBe(false);
});

test('a run is a span with a child for each phase', async () => {
  await using collector = await startHttpReceiver(OK);
  await using traces = await open(collector);
  traces.listener(observed());
  await traces[Symbol.asyncDispose]();
  const sent = spans(collector);
  const probe = sent.find(({ name }) => name === 'tocsin.probe');
  expect(collector.requests[0]?.path).toBe('/v1/traces');
  expect(attribute(probe, 'tocsin.probe')).toBe('shop/front');
  expect(attribute(probe, 'network.peer.address')).toBe('10.2.3.4');
  const children = sent.filter(({ parentSpanId }) => parentSpanId === probe?.spanId);
  expect(children.map(({ name }) => name.replace('tocsin.probe.', ''))).toEqual([
    'dns',
    'connect',
    'tls',
    'firstByte',
    'transfer',
  ]);
  const begins = children.map(({ startTimeUnixNano }) => startTimeUnixNano);
  expect(begins.slice(1)).toEqual(children.map(({ endTimeUnixNano }) => endTimeUnixNano).slice(0, -1));
});

test('the traceparent that a run sends is that of its span', async () => {
  await using collector = await startHttpReceiver(OK);
  await using traces = await open(collector);
  const traceparent = traces.traceparent(passed.probe);
  traces.listener(observed());
  await traces[Symbol.asyncDispose]();
  const probe = spans(collector).find(({ name }) => name === 'tocsin.probe');
  expect(traceparent).toBe(`00-${probe?.traceId}-${probe?.spanId}-01`);
});

test('a failed run is a span in error, of its class', async () => {
  await using collector = await startHttpReceiver(OK);
  await using traces = await open(collector);
  traces.listener(observed({ outcome: 'fail', class: 'http.5xx', message: 'answered 503' }));
  await traces[Symbol.asyncDispose]();
  const probe = spans(collector).find(({ name }) => name === 'tocsin.probe');
  expect(probe?.status.code).toBe(2);
  expect(attribute(probe, 'tocsin.class')).toBe('http.5xx');
});

test('a delivery is a span', async () => {
  await using collector = await startHttpReceiver(OK);
  await using traces = await open(collector);
  traces.listener({ kind: 'delivery', channel: 'oncall', event: 'page', result: 'delivered', incident: 'r-1', ms: 12 });
  await traces[Symbol.asyncDispose]();
  const [span] = spans(collector);
  expect(span?.name).toBe('tocsin.notification');
  expect(attribute(span, 'tocsin.channel')).toBe('oncall');
});

test('two daemons in one process send to their own collectors', async () => {
  await using first = await startHttpReceiver(OK);
  await using second = await startHttpReceiver(OK);
  await using one = await open(first);
  await using other = await open(second);
  one.listener(observed({ address: '10.0.0.1' }));
  other.listener(observed({ address: '10.0.0.2' }));
  await one[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  const addresses = (collector: HttpReceiver) =>
    spans(collector).flatMap((span) => attribute(span, 'network.peer.address') ?? []);
  expect([addresses(first), addresses(second)]).toEqual([['10.0.0.1'], ['10.0.0.2']]);
});

test('a collector that is gone disturbs nobody', async () => {
  const collector = await startHttpReceiver(OK);
  await collector[Symbol.asyncDispose]();
  const traces = await open(collector);
  traces.listener(observed());
  await expect(traces[Symbol.asyncDispose]()).resolves.toBeUndefined();
});
