import type { Foreign } from './foreign.ts';
import { freeName, nameOf, present } from './imported.ts';
import type { Gathered, Importer } from './imported.ts';
import { NOTES } from './notes.ts';
import { addressOf, hostOf, probeOfUrl } from './probe-of-url.ts';
import type { Fields } from './probe-of-url.ts';

/** A module's probe of one target, with the choices that were made for it. */
interface Made {
  readonly probe: Fields;
  readonly notes: readonly string[];
}

/**
 * blackbox_exporter's modules (its CONFIGURATION.md) and the Prometheus scrape configurations that use them: every
 * host that is a target becomes a service, every job that looks at it a probe.
 */
export const importBlackbox: Importer = (documents, services) => {
  const modules = new Map<string, Foreign>();
  for (const document of documents) {
    const written = document.at('modules');
    for (const name of written?.keys() ?? []) {
      const module = written?.at(name);
      const first = modules.get(name);
      if (first !== undefined) module?.leave(`it is defined twice, first at ${first.place}`);
      else if (module !== undefined) modules.set(name, module);
    }
  }
  const names = new Map<string, string>();
  for (const document of documents) {
    const every = document.at('global')?.at('scrape_interval')?.duration() ?? '1m';
    for (const job of document.at('scrape_configs')?.items() ?? []) importJob({ job, modules, every, names, services });
  }
};

function importJob(input: {
  readonly job: Foreign;
  readonly modules: ReadonlyMap<string, Foreign>;
  readonly every: string;
  /** Services by host: two hosts may be spelt alike in our names. */
  readonly names: Map<string, string>;
  readonly services: Gathered;
}): void {
  const { job, modules, names, services } = input;
  if (job.at('metrics_path')?.text() !== '/probe') {
    job.leave('it scrapes metrics, and probes nothing');
    return;
  }
  // How Prometheus reaches the exporter.
  job.ignore('scheme');
  for (const rule of job.at('relabel_configs')?.items() ?? []) readRelabelling(rule);
  const [used, ...more] = job.at('params')?.at('module')?.items() ?? [];
  for (const one of more) one.leave('blackbox_exporter reads one module, the first');
  const name = used?.text() ?? 'http_2xx';
  const module = modules.get(name);
  const every = job.at('scrape_interval')?.duration() ?? input.every;
  const title = job.at('job_name')?.text() ?? name;
  for (const target of (job.at('static_configs')?.items() ?? []).flatMap((one) => one.at('targets')?.items() ?? [])) {
    const address = addressOf(target) ?? '';
    const made = module === undefined ? undefined : probeOf(module, address);
    if (made === undefined) {
      target.leave(module === undefined ? `there is no module ${name}` : 'its module has no counterpart for it');
      continue;
    }
    const host = hostOf(address).toLowerCase();
    const service = names.get(host) ?? freeName(nameOf(host), (one) => services.has(one));
    names.set(host, service);
    services.add({
      name: service,
      file: target.file,
      line: target.line,
      fields: { external: true },
      probes: { [nameOf(title)]: { ...made.probe, every } },
      needs: [],
      notes: made.notes,
    });
  }
}

/** The three rules that every job with the exporter has: target to parameter, parameter to label, exporter's address. */
const USUAL_RELABELLING: readonly (readonly [sources: string, target: string])[] = [
  ['__address__', '__param_target'],
  ['__param_target', 'instance'],
  ['', '__address__'],
];

function readRelabelling(rule: Foreign): void {
  const sources = (rule.at('source_labels')?.items() ?? []).map((one) => one.text() ?? '').join(',');
  const target = rule.at('target_label')?.text() ?? '';
  const asUsual = USUAL_RELABELLING.some(([from, to]) => sources === from && target === to);
  const plain = ['source_labels', 'target_label', ...(sources === '' ? ['replacement'] : [])];
  if (asUsual && rule.keys().every((key) => plain.includes(key))) rule.ignore(...plain);
  else rule.leave('a rule that may change or drop targets is not followed: check what this job really probes');
}

function probeOf(module: Foreign, target: string): Made | undefined {
  const made = madeBy(module, target);
  const timeout = module.at('timeout')?.duration();
  return made && { ...made, probe: { ...made.probe, ...present({ timeout }) } };
}

function madeBy(module: Foreign, target: string): Made | undefined {
  const prober = module.at('prober')?.text();
  switch (prober) {
    case 'http':
      return http(module.at('http'), target);
    case 'tcp': {
      const tcp = module.at('tcp');
      const base = probeOfUrl(`${tcp?.at('tls')?.flag() === true ? 'tls' : 'tcp'}://${target}`);
      leaveInsecure(tcp);
      return base && { probe: { ...base, ...familyOf(tcp) }, notes: [] };
    }
    case 'icmp':
      return { probe: { kind: 'ping', host: target, ...familyOf(module.at('icmp')) }, notes: [] };
    case 'dns':
      return dns(module.at('dns'), target);
    default:
      return undefined;
  }
}

function dns(options: Foreign | undefined, target: string): Made | undefined {
  const name = options?.at('query_name')?.text();
  if (name === undefined) return undefined;
  const [rcode, ...more] = options?.at('valid_rcodes')?.items() ?? [];
  for (const one of more) one.leave('a probe expects one rcode, the first is taken');
  options?.at('preferred_ip_protocol')?.leave('the name server is asked at the address that stands there');
  options?.ignore('ip_protocol_fallback');
  const type = options?.at('query_type')?.text();
  const expected = rcode?.text();
  return {
    probe: present({
      kind: 'dns',
      name: name.replace(/\.$/, ''),
      type,
      resolver: target,
      expect: expected === undefined ? undefined : { rcode: expected },
    }),
    notes: type === undefined ? ['there records of any type would do; here it asks for A'] : [],
  };
}

/** `family` where only one is allowed; a mere preference is left, for both families are probed here. */
function familyOf(options: Foreign | undefined): Fields {
  const preferred = options?.at('preferred_ip_protocol');
  const only = options?.at('ip_protocol_fallback')?.flag() === false;
  const family = { ip4: 4, ip6: 6 }[preferred?.text() ?? ''];
  if (only && family !== undefined) return { family };
  preferred?.leave('addresses of both families are probed; write family: 4 or 6 for one alone');
  return {};
}

/** Settings that have no counterpart and change what passes, and what to write in their place. */
const HTTP_LEFT: Readonly<Record<string, string>> = {
  valid_http_versions: 'write it as pin: { httpVersion: … }',
  fail_if_ssl: 'write the URL as http://, and follow: same-host',
  fail_if_not_ssl: 'write the URL as https://, and follow: same-host',
  body: 'it may hold a secret: write it with "${env:NAME}" where it does',
  headers: 'it may hold a secret: write it as "${env:NAME}"',
  basic_auth: 'it may hold a secret: write it as "${env:NAME}"',
  authorization: 'it may hold a secret: write it as "${env:NAME}"',
  bearer_token: 'it may hold a secret: write it as "${env:NAME}"',
  oauth2: 'it may hold a secret: write it as "${env:NAME}"',
};

function http(options: Foreign | undefined, target: string): Made | undefined {
  const base = probeOfUrl(/^https?:\/\//i.test(target) ? target : `http://${target}`);
  if (base === undefined) return undefined;
  const list = (key: string): string[] | undefined => {
    const texts = (options?.at(key)?.items() ?? []).flatMap((item) => item.text() ?? []);
    return texts.length === 0 ? undefined : texts;
  };
  const status = list('valid_status_codes')?.map(Number);
  const expect = present({
    status: status?.length === 1 ? status[0] : status,
    matches: list('fail_if_body_not_matches_regexp'),
    notMatches: list('fail_if_body_matches_regexp'),
  });
  const stays =
    options?.at('no_follow_redirects')?.flag() === true || options?.at('follow_redirects')?.flag() === false;
  for (const key of ['fail_if_ssl', 'fail_if_not_ssl']) options?.ignoreWhere(key, ['false']);
  for (const [key, why] of Object.entries(HTTP_LEFT)) options?.at(key)?.leave(why);
  leaveInsecure(options);
  const probe = {
    ...base,
    ...present({ method: options?.at('method')?.text() }),
    ...familyOf(options),
    follow: stays ? 'never' : 'any',
    ...(Object.keys(expect).length === 0 ? {} : { expect }),
  };
  return { probe, notes: stays ? [] : [NOTES.follow] };
}

function leaveInsecure(options: Foreign | undefined): void {
  const tls = options?.at('tls_config');
  tls?.ignoreWhere('insecure_skip_verify', ['false']);
  tls?.at('insecure_skip_verify')?.leave('certificates are always verified; name the authority in tls: { ca: … }');
}
