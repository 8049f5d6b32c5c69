import type { Foreign } from './foreign.ts';
import { nameOf, present } from './imported.ts';
import type { Importer } from './imported.ts';
import { probeOfUrl } from './probe-of-url.ts';
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
      });
    }
  }
};

function labelOf(group: string | undefined): Record<string, string> | undefined {
  return group === undefined ? undefined : { group };
}

function probeOf(endpoint: Foreign): Fields | undefined {
  const url = endpoint.at('url');
  const dns = endpoint.at('dns');
  const base = dns === undefined ? probeOfUrl(url?.text() ?? '') : dnsProbe(dns, url?.text());
  if (base === undefined) {
    endpoint.leave('no kind of probe speaks this URL');
    return undefined;
  }
  const probe: Fields = {
    ...base,
    every: endpoint.at('interval')?.text() ?? '60s',
    ...present({ method: methodOf(endpoint, base), body: endpoint.at('body')?.text() }),
    ...(endpoint.keys().includes('enabled') && endpoint.at('enabled') === undefined ? { enabled: false } : {}),
  };
  for (const header of endpoint.at('headers')?.keys() ?? []) {
    endpoint.at('headers')?.at(header)?.leave('headers may be secrets: write it as "${env:NAME}"');
  }
  for (const condition of endpoint.at('conditions')?.items() ?? []) {
    if (!applied(condition.text() ?? '', probe)) condition.leave('write it as expect or assert');
  }
  return probe;
}

function methodOf(endpoint: Foreign, base: Fields): string | undefined {
  return base['kind'] === 'http' ? endpoint.at('method')?.text()?.toUpperCase() : undefined;
}

function dnsProbe(dns: Foreign, server: string | undefined): Fields | undefined {
  const name = dns.at('query-name')?.text();
  if (name === undefined) return undefined;
  return present({ kind: 'dns', name, type: dns.at('query-type')?.text(), resolver: server });
}

/** Puts a condition into the probe's own terms; false where there are none for it. */
function applied(condition: string, probe: Fields): boolean {
  const [, left = '', operator = '', right = ''] = /^(\S+)\s*(==|!=|<=|>=|<|>)\s*(.+)$/.exec(condition.trim()) ?? [];
  const isHttp = probe['kind'] === 'http';
  const expect = (key: string, value: unknown): true => {
    probe['expect'] = { ...(probe['expect'] as Fields | undefined), [key]: value };
    return true;
  };
  if (left === '[CONNECTED]' && operator === '==' && right === 'true') return true;
  if (left === '[STATUS]' && isHttp && operator === '==') {
    const codes = /^any\(([\d,\s]+)\)$/.exec(right)?.[1]?.split(',').map(Number) ?? [Number(right)];
    if (codes.every((code) => Number.isInteger(code))) return expect('status', codes.length === 1 ? codes[0] : codes);
  }
  if (left === '[STATUS]' && isHttp && operator === '<' && right === '300') return true;
  if (left === '[RESPONSE_TIME]' && /^<=?$/.test(operator) && /^\d+$/.test(right)) {
    if (isHttp) return expect('maxLatency', `${right}ms`);
    probe['assert'] = [...((probe['assert'] as string[] | undefined) ?? []), `latencyMs ${operator} ${right}`];
    return true;
  }
  if (left === '[CERTIFICATE_EXPIRATION]' && operator === '>' && /^\d+h$/.test(right)) {
    probe['tls'] = { minDaysLeft: Math.ceil(Number.parseInt(right, 10) / 24) };
    return true;
  }
  if (left === '[IP]' && operator === '==' && /^[\d.]+$/.test(right)) {
    probe['pin'] = { addresses: [right] };
    return true;
  }
  if (left === '[DNS_RCODE]' && operator === '==') return expect('rcode', right);
  return isHttp && operator === '==' && left.startsWith('[BODY]') && body(left.slice('[BODY]'.length), right, expect);
}

function body(path: string, right: string, expect: (key: string, value: unknown) => true): boolean {
  const inner = /^pat\(\*([^*()]+)\*\)$/.exec(right)?.[1];
  if (path === '' && inner !== undefined) return expect('contains', inner);
  if (!/^(\.[A-Za-z_]\w*|\[\d+\])+$/.test(path) || /^\w+\(.*\)$/.test(right)) return false;
  return expect('json', { [`$${path}`]: jsonOf(right) });
}

function jsonOf(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : text.replace(/^"(.*)"$/, '$1');
}
