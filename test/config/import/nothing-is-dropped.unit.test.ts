import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { importConfiguration } from '../../../src/config/import/import-configuration.ts';
import type { Import, ImportFormat } from '../../../src/config/import/import-configuration.ts';

function imported(format: ImportFormat, text: string): Import {
  const result = importConfiguration(format, [{ file: 'x.yaml', text }]);
  if (!result.ok) throw new Error(result.why.join('\n'));
  return result.imported;
}

function listed(format: ImportFormat, text: string): readonly string[] {
  return imported(format, text).left.map(({ line, what }) => `${line} ${what}`);
}

type Written = Readonly<
  Record<string, { readonly probes: Record<string, Record<string, unknown>>; readonly needs?: unknown }>
>;

function servicesOf({ yaml }: Import): Written {
  return (parse(yaml) as { services: Written }).services;
}

/** A blackbox_exporter configuration: a module's own fields, and a target. */
function blackbox(module: string, target: string, job = ''): string {
  return `modules:
  m: ${module}
scrape_configs:
  - job_name: j
    metrics_path: /probe
    params: { module: [m] }
    static_configs: [{ targets: ["${target}"] }]
${job}`;
}

function monitor(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ monitorList: [{ name: 'm', type: 'http', url: 'https://a.example/', ...fields }] });
}

describe('a setting that nobody knows is listed whatever it says', () => {
  const VALUES = ['true', 'false', '0', '""', 'null', '[]', '{}', '[false]', '{ a: null }'];

  test.each(VALUES)('newcomer: %s', (value) => {
    const gatus = `endpoints:\n  - name: a\n    url: https://a.example\n    newcomer: ${value}\nnewcomer: ${value}`;
    expect(listed('gatus', gatus)).toEqual(['4 endpoints[0].newcomer', '5 newcomer']);
    const module = `{ prober: http, http: { newcomer: ${value} }, newcomer: ${value} }`;
    expect(listed('blackbox', blackbox(module, 'https://a.example'))).toEqual([
      '2 modules.m.http.newcomer',
      '2 modules.m.newcomer',
    ]);
    const entity = `kind: Component\nmetadata: { name: a, newcomer: ${value} }\nspec: { newcomer: ${value} }`;
    expect(listed('backstage', entity)).toEqual(['2 metadata.newcomer', '3 spec.newcomer']);
    const kuma = `{ "monitorList": [{ "type": "http", "url": "https://a.example", "newcomer": ${value} }] }`;
    expect(listed('uptime-kuma', kuma)).toEqual(['1 monitorList[0].newcomer']);
  });

  test('and so is a value of a shape that was not expected', () => {
    const text =
      'endpoints:\n  - name: [a]\n    url: https://a.example\n    enabled: "no"\n    conditions: "[STATUS] == 200"';
    expect(listed('gatus', text)).toEqual([
      '2 endpoints[0].name',
      '4 endpoints[0].enabled',
      '5 endpoints[0].conditions',
    ]);
  });
});

describe('blackbox: what changes the verdict and has no counterpart is listed', () => {
  test.each([
    ['valid_http_versions: [HTTP/1.1]', ['2 modules.m.http.valid_http_versions']],
    ['fail_if_not_ssl: true', ['2 modules.m.http.fail_if_not_ssl']],
    ['fail_if_ssl: true', ['2 modules.m.http.fail_if_ssl']],
    ['fail_if_ssl: false', []],
    ['preferred_ip_protocol: ip4', ['2 modules.m.http.preferred_ip_protocol']],
    ['preferred_ip_protocol: ip4, ip_protocol_fallback: false', []],
    ['tls_config: { insecure_skip_verify: true }', ['2 modules.m.http.tls_config.insecure_skip_verify']],
    ['tls_config: { insecure_skip_verify: false }', []],
    ['body: "x"', ['2 modules.m.http.body']],
  ])('%s', (option, left) => {
    const module = `{ prober: http, http: { ${option} } }`;
    expect(listed('blackbox', blackbox(module, 'https://a.example'))).toEqual(left);
  });

  test('one address family alone becomes family', () => {
    const module = '{ prober: http, http: { preferred_ip_protocol: ip6, ip_protocol_fallback: false } }';
    const result = imported('blackbox', blackbox(module, 'https://a.example'));
    expect(servicesOf(result)['a-example']?.probes['j']).toMatchObject({ family: 6 });
  });

  test('each rcode after the first', () => {
    const module =
      '{ prober: dns, dns: { query_name: a.example, query_type: A, valid_rcodes: [NOERROR, NXDOMAIN, REFUSED] } }';
    expect(listed('blackbox', blackbox(module, '192.0.2.1'))).toEqual([
      '2 modules.m.dns.valid_rcodes[1]',
      '2 modules.m.dns.valid_rcodes[2]',
    ]);
  });

  test('relabelling that may change targets, and not the three rules that every job has', () => {
    const rules = `    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: "blackbox:9115" }
      - { source_labels: [__address__], regex: "(.*)", target_label: __param_target, replacement: "https://$1/health" }
      - { source_labels: [env], regex: test, action: drop }`;
    const left = imported('blackbox', blackbox('{ prober: http }', 'a.example', rules)).left;
    expect(left.map(({ line, what }) => `${line} ${what}`)).toEqual([
      '12 scrape_configs[0].relabel_configs[3]',
      '13 scrape_configs[0].relabel_configs[4]',
    ]);
    expect(left[0]?.why).toBe(
      'a rule that may change or drop targets is not followed: check what this job really probes',
    );
  });

  test('a module of two targets is listed once', () => {
    const text = blackbox('{ prober: http, http: { fail_if_ssl: true } }', 'http://a.example", "http://b.example');
    expect(listed('blackbox', text)).toEqual(['2 modules.m.http.fail_if_ssl']);
  });

  test('hosts that our names spell alike stay two services', () => {
    const text = blackbox('{ prober: http }', 'http://a-b.example", "http://a.b.example');
    expect(Object.keys(servicesOf(imported('blackbox', text)))).toEqual(['a-b-example', 'a-b-example-2']);
  });

  test('a duration of another language', () => {
    expect(listed('blackbox', blackbox('{ prober: http, timeout: 1w }', 'http://a.example'))).toEqual([
      '2 modules.m.timeout',
    ]);
  });
});

describe('credentials in a URL are taken out, and listed with what to write', () => {
  const SECRET = /hunter2|alice/;
  const why = expect.stringContaining('${env:NAME}');

  test.each([
    ['http', 'http://alice:hunter2@a.example/x', 'http://a.example/x'],
    ['https', 'https://alice:hunter2@a.example/x', 'https://a.example/x'],
    ['https, an @ in the password', 'https://alice:hunter2@hunter2@a.example/x', 'https://a.example/x'],
    ['https, a token in the query', 'https://a.example/x?api_key=hunter2&y=1', 'https://a.example/x?api_key=&y=1'],
    ['ws', 'ws://alice:hunter2@a.example/x', 'ws://a.example/x'],
    ['wss', 'wss://alice:hunter2@a.example/x', 'wss://a.example/x'],
  ])('of %s', (_what, url, open) => {
    const result = imported('gatus', `endpoints:\n  - name: a\n    url: "${url}"`);
    expect(Object.values(servicesOf(result)['a']?.probes ?? {})).toEqual([expect.objectContaining({ url: open })]);
    expect(result.left).toEqual([{ file: 'x.yaml', line: 3, what: 'endpoints[0].url', why }]);
    expect(result.yaml).not.toMatch(SECRET);
  });

  test.each([
    ['a target without a scheme', 'http', 'alice:hunter2@a.example/x', { url: 'http://a.example/x' }],
    ['a target with a port', 'tcp', 'alice:hunter2@a.example:22', { host: 'a.example', port: 22 }],
    ['a target that is pinged', 'icmp', 'alice@a.example', { host: 'a.example' }],
  ])('of %s', (_what, prober, target, probe) => {
    const result = imported('blackbox', blackbox(`{ prober: ${prober} }`, target));
    expect(servicesOf(result)['a-example']?.probes['j']).toMatchObject(probe);
    expect(result.left).toEqual([
      { file: 'x.yaml', line: 7, what: 'scrape_configs[0].static_configs[0].targets[0]', why },
    ]);
    expect(result.yaml).not.toMatch(SECRET);
  });

  test('of a monitor', () => {
    const result = imported('uptime-kuma', monitor({ url: 'https://alice:hunter2@a.example/' }));
    expect(result.left).toEqual([{ file: 'x.yaml', line: 1, what: 'monitorList[0].url', why }]);
    expect(result.yaml).not.toMatch(SECRET);
  });

  test('of a URL that is none, the password is not copied either', () => {
    const result = imported('gatus', 'endpoints:\n  - name: a\n    url: "https://alice:hun/ter2@a.example"');
    expect(result).toMatchObject({ services: 0, left: [{ what: 'endpoints[0]' }] });
    expect(result.yaml).not.toMatch(/ter2|alice/);
  });

  test('an @ in a path is no credential', () => {
    const result = imported('gatus', 'endpoints:\n  - name: a\n    url: "https://a.example/@alice"');
    expect(result.left).toEqual([]);
  });
});

describe('backstage: entities of one name stay apart', () => {
  const entity = (kind: string, namespace: string, name: string, spec = '{}'): string =>
    `kind: ${kind}\nmetadata: { name: ${name}${namespace === '' ? '' : `, namespace: ${namespace}`} }\nspec: ${spec}\n`;

  test('in two namespaces, and needs name the one that is meant', () => {
    const text = [
      entity('Component', 'shop', 'api'),
      entity(
        'Component',
        'pay',
        'api',
        '{ dependsOn: ["component:api", "component:shop/api", "component:other/api"] }',
      ),
    ].join('---\n');
    const result = imported('backstage', text);
    const services = servicesOf(result);
    expect(Object.keys(services)).toEqual(['shop-api', 'pay-api', 'api']);
    expect(services['pay-api']?.needs).toEqual([
      { unclassified: 'pay-api' },
      { unclassified: 'shop-api' },
      { unclassified: 'api' },
    ]);
    expect(result.yaml).toContain('# named apart from others that are called api: it is component:shop/api');
    expect(result.yaml).toContain('# component:other/api is in none of the files: taken as somebody else');
  });

  test('of both kinds', () => {
    const text = [entity('Component', '', 'orders'), entity('Resource', '', 'orders')].join('---\n');
    expect(Object.keys(servicesOf(imported('backstage', text)))).toEqual(['default-orders', 'default-orders-2']);
  });

  test('and one that is declared twice is listed with both places', () => {
    const text = [entity('Component', '', 'api'), entity('Component', 'default', 'api')].join('---\n');
    const { left, services } = imported('backstage', text);
    expect(services).toBe(1);
    expect(left).toEqual([
      {
        file: 'x.yaml',
        line: 5,
        what: 'document',
        why: 'component:default/api is declared twice, first at x.yaml:1',
      },
    ]);
  });
});

describe('what the other program means otherwise is said in the draft', () => {
  const STATUS = '# there any status would do; here it must be 2xx';
  const FOLLOW = '# follow: any, as there';

  test('gatus: an endpoint without a condition on the status', () => {
    const endpoint = (condition: string): string =>
      imported('gatus', `endpoints:\n  - { name: a, url: "https://a.example", conditions: ["${condition}"] }`).yaml;
    expect(endpoint('[RESPONSE_TIME] < 100')).toContain(STATUS);
    expect(endpoint('[STATUS] == 200')).not.toContain(STATUS);
    expect(endpoint('[STATUS] == 200')).toContain(FOLLOW);
    expect(endpoint('[CERTIFICATE_EXPIRATION] > 48h')).toContain(
      '# a certificate that ends soon failed there; here it warns',
    );
  });

  test('gatus: two conditions on one thing are both kept, or the second is listed', () => {
    const conditions = [
      '[BODY].a == 1',
      '[BODY].b == 2',
      '[BODY] == pat(*x*)',
      '[BODY] == pat(*y*)',
      '[STATUS] == 200',
      '[STATUS] == 201',
    ];
    const text = `endpoints:\n  - { name: a, url: "https://a.example", conditions: ${JSON.stringify(conditions)} }`;
    const result = imported('gatus', text);
    expect(servicesOf(result)['a']?.probes['http']?.['expect']).toEqual({
      json: { '$.a': 1, '$.b': 2 },
      contains: ['x', 'y'],
      status: 200,
    });
    expect(result.left.map(({ what }) => what)).toEqual(['endpoints[0].conditions[5]']);
  });

  test('uptime-kuma: redirects, and times that were longer than the interval', () => {
    const { yaml } = imported('uptime-kuma', monitor({ interval: 20, retryInterval: 60, maxretries: 1, timeout: 48 }));
    expect(yaml).toContain(FOLLOW);
    expect(yaml).toContain('# timeout: 48s there, here not more than the interval');
    expect(yaml).toContain('# confirm.every: 60s there, here not more than the interval');
  });

  test('a note ends with its line, whatever a file says in it', () => {
    const text = 'kind: Component\nmetadata: { name: a }\nspec: { dependsOn: ["component:x\\n}: [", "resource:# y"] }';
    expect(Object.keys(servicesOf(imported('backstage', text)))).toEqual(['a', 'x', 'y']);
  });
});

describe('uptime-kuma: a form that nobody filled in is passed over', () => {
  test.each([
    ['expiryNotification', false, []],
    ['expiryNotification', true, ['1 monitorList[0].expiryNotification']],
    ['upsideDown', true, ['1 monitorList[0].upsideDown']],
    ['resendInterval', 3, ['1 monitorList[0].resendInterval']],
    ['notificationIDList', {}, []],
    ['notificationIDList', { 1: true }, ['1 monitorList[0].notificationIDList']],
    ['parent', null, []],
    ['parent', 4, ['1 monitorList[0].parent']],
    ['basic_auth_pass', '', []],
    ['basic_auth_pass', 'x', ['1 monitorList[0].basic_auth_pass']],
    ['mqttTopic', 'x', []],
    ['tlsCa', 'PEM', ['1 monitorList[0].tlsCa']],
  ])('%s: %j', (key, value, left) => {
    expect(listed('uptime-kuma', monitor({ [key]: value }))).toEqual(left);
  });

  test('retries of a push are listed, for nothing is asked again here', () => {
    expect(listed('uptime-kuma', monitor({ type: 'push', maxretries: 2 }))).toEqual(['1 monitorList[0].maxretries']);
  });
});
