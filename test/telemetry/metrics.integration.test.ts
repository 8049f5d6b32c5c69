import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import type { ProbeId } from '../../src/model/ids.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { Metrics } from '../../src/telemetry/metrics.ts';
import { EVERY_EVENT, gauges, observed } from './samples/events.ts';

const promtool = spawnSync('promtool', ['--version']).error === undefined;
if (!promtool) console.warn('skipped: promtool (Debian: prometheus) is not installed, the text format is not checked');

function metricsAfter(events: readonly Parameters<Metrics['listener']>[0][]): Metrics {
  const metrics = createMetrics(gauges, () => performance.now());
  for (const event of events) metrics.listener(event);
  return metrics;
}

/** The samples of a scrape, by name and labels as written. */
async function samples(metrics: Metrics): Promise<Map<string, string>> {
  const { body } = await metrics.render();
  const lines = body.toString('utf8').split('\n');
  const pairs = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/ (?=[^ ]*$)/));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}

test('a passing HTTP run has blackbox_exporter’s series', async () => {
  using metrics = metricsAfter([observed()]);
  const labels = 'service="shop",probe="shop/front",location="local"';
  expect(Object.fromEntries(await samples(metrics))).toMatchObject({
    [`probe_success{${labels}}`]: '1',
    [`probe_duration_seconds{${labels}}`]: '0.041',
    [`probe_dns_lookup_time_seconds{${labels}}`]: '0.0004',
    [`probe_http_status_code{${labels}}`]: '200',
    [`probe_http_duration_seconds{phase="resolve",${labels}}`]: '0.0004',
    [`probe_http_duration_seconds{phase="connect",${labels}}`]: '0.0002',
    [`probe_http_duration_seconds{phase="tls",${labels}}`]: '0.0031',
    [`probe_http_duration_seconds{phase="processing",${labels}}`]: '0.002',
    [`probe_http_duration_seconds{phase="transfer",${labels}}`]: '0.0003',
    [`probe_http_version{${labels}}`]: '1.1',
    [`probe_ssl_earliest_cert_expiry{${labels}}`]: '1798675200',
    [`probe_ip_protocol{${labels}}`]: '4',
    [`probe_failed_due_to_regex{${labels}}`]: '0',
  });
});

test('a run whose outcome is unknown is neither a success nor a failure', async () => {
  using metrics = metricsAfter([observed(), observed({ outcome: 'unknown', class: 'probe.network' })]);
  expect([...(await samples(metrics)).keys()].filter((name) => name.startsWith('probe_success'))).toEqual([]);
});

test('a probe seen from two locations has two series', async () => {
  using metrics = metricsAfter([observed(), observed({ location: 'eu', outcome: 'fail', class: 'http.5xx' })]);
  const found = [...(await samples(metrics))].filter(([name]) => name.startsWith('probe_success'));
  expect(found.map(([, value]) => value).sort()).toEqual(['0', '1']);
});

test('a probe that left the configuration leaves the metrics, and its place is used again', async () => {
  using metrics = metricsAfter([observed(), observed({ probe: 'kv/read' as ProbeId })]);
  metrics.retainProbes(['kv/read' as ProbeId]);
  expect([...(await samples(metrics)).keys()].join('\n')).not.toContain('shop/front');
  metrics.listener(observed({ probe: 'auth/login' as ProbeId }));
  const text = [...(await samples(metrics)).keys()].join('\n');
  expect(text).toContain('probe="kv/read"');
  expect(text).toContain('probe="auth/login"');
});

test('the values of a capability’s state are in the order of badness', async () => {
  using metrics = metricsAfter([]);
  const states = [...(await samples(metrics))].filter(([name]) => name.startsWith('tocsin_capability_state'));
  expect(states.map(([, value]) => value)).toEqual(['0', '1', '2', '3', '-1']);
});

test('what the daemon does is counted', async () => {
  using metrics = metricsAfter(EVERY_EVENT);
  expect(Object.fromEntries(await samples(metrics))).toMatchObject({
    'tocsin_probe_runs_total{outcome="pass",class=""}': '1',
    'tocsin_probe_runs_total{outcome="fail",class="http.5xx"}': '1',
    'tocsin_incidents_open{severity="critical"}': '1',
    'tocsin_incidents_open{severity="info"}': '2',
    'tocsin_notifications_total{channel="oncall",event="page",result="delivered"}': '1',
    tocsin_outbox_oldest_seconds: '2.5',
    'tocsin_log_entries_total{kind="observation"}': '12',
    tocsin_log_append_seconds_count: '1',
    tocsin_schedule_lateness_seconds_count: '1',
    'tocsin_config_info{hash="c0ffee"}': '1',
    tocsin_config_last_reload_successful: '0',
  });
});

test('the event loop’s delay is a summary', async () => {
  using metrics = metricsAfter([]);
  const names = [...(await samples(metrics)).keys()].filter((name) => name.startsWith('tocsin_event_loop_delay'));
  expect(names).toContain('tocsin_event_loop_delay_seconds{quantile="0.99"}');
  expect(names).toContain('tocsin_event_loop_delay_seconds_count');
});

test('two daemons in one process count apart', async () => {
  using one = metricsAfter([observed()]);
  using other = metricsAfter([]);
  expect((await samples(one)).get('tocsin_probe_runs_total{outcome="pass",class=""}')).toBe('1');
  expect((await samples(other)).get('tocsin_probe_runs_total{outcome="pass",class=""}')).toBeUndefined();
});

test('a scrape of many probes lets others run in between', async () => {
  // A clock on which every look finds the slice spent.
  let now = 0;
  using metrics = createMetrics(gauges, () => (now += 10));
  for (let n = 0; n < 1000; n += 1) metrics.listener(observed({ probe: `s${n}/http` as ProbeId }));
  let turns = 0;
  let scraping = true;
  const turn = (): void => {
    turns += 1;
    if (scraping) setImmediate(turn);
  };
  setImmediate(turn);
  await metrics.render();
  scraping = false;
  // 14 lines a probe and 200 lines a slice.
  expect(turns).toBeGreaterThan(50);
});

test.skipIf(!promtool)('promtool finds nothing to say about a scrape', async () => {
  using metrics = metricsAfter([...EVERY_EVENT, observed({ location: 'rack "7"\\north\neast' })]);
  const { body, contentType } = await metrics.render();
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' });
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
});
