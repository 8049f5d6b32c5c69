import type { Foreign } from './foreign.ts';
import { conditionInOurs } from './gatus-condition.ts';
import { nameOf, present } from './imported.ts';
import type { Importer } from './imported.ts';
import { NOTES } from './notes.ts';
import { addressOf, probeOfUrl } from './probe-of-url.ts';
import type { Fields } from './probe-of-url.ts';

/** Gatus's endpoints (github.com/TwiN/gatus, "Configuration"): each becomes a service with one probe. */
export const importGatus: Importer = (documents, services) => {
  for (const document of documents) {
    for (const endpoint of document.at('endpoints')?.items() ?? []) {
      const title = endpoint.at('name')?.text() ?? 'endpoint';
      const probe = probeOf(endpoint);
      if (probe === undefined) continue;
      services.add({
        name: services.free(nameOf(title)),
        file: endpoint.file,
        line: endpoint.line,
        fields: present({ title, external: true, labels: labelOf(endpoint.at('group')?.text()) }),
        probes: { [String(probe['kind'])]: probe },
        needs: [],
        notes: notesOf(probe),
      });
    }
  }
};

function labelOf(group: string | undefined): Record<string, string> | undefined {
  return group === undefined ? undefined : { group };
}

function probeOf(endpoint: Foreign): Fields | undefined {
  const address = addressOf(endpoint.at('url'));
  const dns = endpoint.at('dns');
  const base = dns === undefined ? probeOfUrl(address ?? '') : dnsProbe(dns, address);
  if (base === undefined) {
    endpoint.leave('no kind of probe speaks this URL');
    return undefined;
  }
  const probe: Fields = {
    ...base,
    every: endpoint.at('interval')?.duration() ?? '60s',
    ...present({ method: methodOf(endpoint, base), follow: followOf(endpoint, base) }),
    ...(endpoint.at('enabled')?.flag() === false ? { enabled: false } : {}),
  };
  endpoint.at('body')?.leave('it may hold a secret: write it with "${env:NAME}" where it does');
  for (const header of endpoint.at('headers')?.keys() ?? []) {
    endpoint.at('headers')?.at(header)?.leave('headers may be secrets: write it as "${env:NAME}"');
  }
  for (const condition of endpoint.at('conditions')?.items() ?? []) {
    if (!conditionInOurs(condition.text() ?? '', probe)) condition.leave('write it as expect or assert');
  }
  return probe;
}

function notesOf(probe: Fields): readonly string[] {
  const expect = probe['expect'] as Fields | undefined;
  return [
    ...(probe['kind'] === 'http' && expect?.['status'] === undefined ? [NOTES.anyStatus] : []),
    ...(probe['follow'] === 'any' ? [NOTES.follow] : []),
    ...(probe['tls'] === undefined ? [] : [NOTES.certificate]),
  ];
}

function methodOf(endpoint: Foreign, base: Fields): string | undefined {
  return base['kind'] === 'http' ? endpoint.at('method')?.text()?.toUpperCase() : undefined;
}

function followOf(endpoint: Foreign, base: Fields): string | undefined {
  if (base['kind'] !== 'http') return undefined;
  return endpoint.at('client')?.at('ignore-redirect')?.flag() === true ? 'never' : 'any';
}

function dnsProbe(dns: Foreign, server: string | undefined): Fields | undefined {
  const name = dns.at('query-name')?.text();
  if (name === undefined) return undefined;
  return present({ kind: 'dns', name, type: dns.at('query-type')?.text(), resolver: server });
}
