import type { Fields } from './probe-of-url.ts';

/** Kinds that see a certificate. */
const SECURE = ['http', 'tls', 'websocket'];

/**
 * Puts a condition of Gatus (`[STATUS] == 200`) into a probe's own terms; false where there are none for it, or the
 * probe says something else of the same thing already.
 */
export function conditionInOurs(condition: string, probe: Fields): boolean {
  const [, left = '', operator = '', right = ''] = /^(\S+)\s*(==|!=|<=|>=|<|>)\s*(.+)$/.exec(condition.trim()) ?? [];
  const kind = String(probe['kind']);
  switch (left) {
    case '[CONNECTED]':
      return operator === '==' && right === 'true';
    case '[STATUS]':
      return kind === 'http' && status(operator, right, probe);
    case '[RESPONSE_TIME]':
      return /^<=?$/.test(operator) && /^\d+$/.test(right) && latency(operator, right, probe);
    case '[CERTIFICATE_EXPIRATION]':
      if (!SECURE.includes(kind) || operator !== '>' || !/^\d+h$/.test(right)) return false;
      return once(probe, 'tls', { minDaysLeft: Math.ceil(Number.parseInt(right, 10) / 24) });
    case '[IP]':
      return (
        kind !== 'dns' && operator === '==' && /^[\d.]+$/.test(right) && once(probe, 'pin', { addresses: [right] })
      );
    case '[DNS_RCODE]':
      return kind === 'dns' && operator === '==' && expectOnce(probe, 'rcode', right);
    default:
      if (kind !== 'http' || operator !== '==' || !left.startsWith('[BODY]')) return false;
      return body(left.slice('[BODY]'.length), right, probe);
  }
}

function once(probe: Fields, key: string, value: unknown): boolean {
  if (probe[key] !== undefined) return false;
  probe[key] = value;
  return true;
}

function expectOnce(probe: Fields, key: string, value: unknown): boolean {
  const expect = probe['expect'] as Fields | undefined;
  if (expect?.[key] !== undefined) return false;
  probe['expect'] = { ...expect, [key]: value };
  return true;
}

function status(operator: string, right: string, probe: Fields): boolean {
  if (operator === '<' && right === '300') return expectOnce(probe, 'status', '2xx');
  const codes = /^any\(([\d,\s]+)\)$/.exec(right)?.[1]?.split(',').map(Number) ?? [Number(right)];
  if (operator !== '==' || !codes.every((code) => Number.isInteger(code))) return false;
  return expectOnce(probe, 'status', codes.length === 1 ? codes[0] : codes);
}

function latency(operator: string, right: string, probe: Fields): boolean {
  if (probe['kind'] === 'http') return expectOnce(probe, 'maxLatency', `${right}ms`);
  probe['assert'] = [...((probe['assert'] as string[] | undefined) ?? []), `latencyMs ${operator} ${right}`];
  return true;
}

function body(path: string, right: string, probe: Fields): boolean {
  const expect = probe['expect'] as Fields | undefined;
  const inner = /^pat\(\*([^*()]+)\*\)$/.exec(right)?.[1];
  if (path === '' && inner !== undefined) {
    const contains = [...((expect?.['contains'] as string[] | undefined) ?? []), inner];
    probe['expect'] = { ...expect, contains };
    return true;
  }
  if (!/^(\.[A-Za-z_]\w*|\[\d+\])+$/.test(path) || /^\w+\(.*\)$/.test(right)) return false;
  const json = expect?.['json'] as Fields | undefined;
  if (json !== undefined && `$${path}` in json) return false;
  probe['expect'] = { ...expect, json: { ...json, [`$${path}`]: jsonOf(right) } };
  return true;
}

function jsonOf(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : text.replace(/^"(.*)"$/, '$1');
}
