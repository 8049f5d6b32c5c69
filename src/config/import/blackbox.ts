import type { Foreign } from './foreign.ts';
import { nameOf, present } from './imported.ts';
import type { Importer } from './imported.ts';
import { probeOfUrl } from './probe-of-url.ts';
import type { Fields } from './probe-of-url.ts';

/**
 * blackbox_exporter's modules (its CONFIGURATION.md) and the Prometheus scrape configurations that use them: every
 * target becomes a service, every job that looks at it a probe.
 */
export const importBlackbox: Importer = (documents, services) => {
  const modules = new Map<string, Foreign>();
  for (const document of documents) {
    const written = document.at('modules');
    for (const name of written?.keys() ?? []) {
      const module = written?.at(name);
      if (module !== undefined) modules.set(name, module);
    }
  }
  for (const document of documents) {
    const every = document.at('global')?.at('scrape_interval')?.text() ?? '1m';
    for (const job of document.at('scrape_configs')?.items() ?? []) {
      if (job.at('metrics_path')?.text() !== '/probe') {
        job.leave('it scrapes metrics, and probes nothing');
        continue;
      }
      job.ignore('relabel_configs', 'scheme');
      const used = (job.at('params')?.at('module')?.items() ?? []).map((item) => item.text() ?? '');
      const [name = ''] = used;
      const module = modules.get(name);
      const interval = job.at('scrape_interval')?.text() ?? every;
      const title = job.at('job_name')?.text() ?? name;
      for (const group of job.at('static_configs')?.items() ?? []) {
        for (const target of group.at('targets')?.items() ?? []) {
          const probe = module === undefined ? undefined : probeOf(module, target.text() ?? '');
          if (probe === undefined) {
            target.leave(module === undefined ? `there is no module ${name}` : 'its module has no counterpart');
            continue;
          }
          services.add({
            name: nameOf(hostOf(target.text() ?? '')),
            file: target.file,
            line: target.line,
            fields: { external: true },
            probes: { [nameOf(title)]: { ...probe, every: interval } },
            needs: [],
          });
        }
      }
    }
  }
};

function hostOf(target: string): string {
  return target.replace(/^[a-z]+:\/\//i, '').replace(/[/:?#].*$/, '');
}

function probeOf(module: Foreign, target: string): Fields | undefined {
  const timeout = module.at('timeout')?.text();
  const base = baseOf(module, target);
  return base && { ...base, ...present({ timeout }) };
}

function baseOf(module: Foreign, target: string): Fields | undefined {
  const prober = module.at('prober')?.text();
  switch (prober) {
    case 'http':
      return http(module.at('http'), target);
    case 'tcp': {
      const tcp = module.at('tcp');
      tcp?.ignore('preferred_ip_protocol', 'ip_protocol_fallback');
      const secure = tcp?.at('tls') !== undefined;
      return probeOfUrl(`${secure ? 'tls' : 'tcp'}://${target}`);
    }
    case 'icmp':
      module.at('icmp')?.ignore('preferred_ip_protocol', 'ip_protocol_fallback');
      return { kind: 'ping', host: target };
    case 'dns': {
      const dns = module.at('dns');
      const name = dns?.at('query_name')?.text();
      dns?.ignore('preferred_ip_protocol', 'ip_protocol_fallback');
      const [rcode] = (dns?.at('valid_rcodes')?.items() ?? []).map((item) => item.text());
      return name === undefined
        ? undefined
        : present({
            kind: 'dns',
            name: name.replace(/\.$/, ''),
            type: dns?.at('query_type')?.text(),
            resolver: target,
            expect: rcode === undefined ? undefined : { rcode },
          });
    }
    default:
      return undefined;
  }
}

function http(options: Foreign | undefined, target: string): Fields | undefined {
  const base = probeOfUrl(/^https?:/i.test(target) ? target : `http://${target}`);
  if (base === undefined) return undefined;
  options?.ignore('preferred_ip_protocol', 'ip_protocol_fallback', 'valid_http_versions', 'fail_if_not_ssl');
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
  const follows = options?.keys().includes('follow_redirects') === true && options.at('follow_redirects') === undefined;
  const stays = options?.at('no_follow_redirects') !== undefined || follows;
  for (const key of ['headers', 'basic_auth', 'authorization', 'bearer_token', 'oauth2']) {
    options?.at(key)?.leave('it may hold a secret: write it as "${env:NAME}"');
  }
  if (options?.at('tls_config')?.at('insecure_skip_verify') !== undefined) {
    options.at('tls_config')?.leave('certificates are always verified; name the authority in tls: { ca: … }');
  }
  return {
    ...base,
    ...present({ method: options?.at('method')?.text(), body: options?.at('body')?.text() }),
    follow: stays ? 'never' : 'any',
    ...(Object.keys(expect).length === 0 ? {} : { expect }),
  };
}
