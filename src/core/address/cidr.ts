/** An IP address as its bytes: four (IPv4) or sixteen (IPv6). IPv4-mapped IPv6 addresses are given as IPv4. */
export type AddressBytes = readonly number[];

/** A range of addresses: those of the same family whose first `bits` bits equal those of `base`. */
export interface Cidr {
  readonly base: AddressBytes;
  readonly bits: number;
}

/**
 * The bytes of a literal address; undefined where the text is none. IPv4 is read strictly (four decimal
 * numbers without leading zeros: `010.0.0.1` means different hosts to different parsers, so it means none
 * here). A zone (`%eth0`) is ignored: it says through which interface, not where to.
 */
export function parseAddress(text: string): AddressBytes | undefined {
  const bytes = text.includes(':') ? parseIpv6(text.split('%', 1)[0] ?? '') : parseIpv4(text);
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** A range from `10.0.0.0/8`, `fd00::/8`, or a bare address (that address alone); undefined where it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const raw = address.includes(':') ? parseIpv6(address) : parseIpv4(address);
  if (raw === undefined) return undefined;
  const full = raw.length * 8;
  const prefix = slash < 0 ? String(full) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > full) return undefined;
  const bits = Number(prefix);
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8 written in the other family.
  return isMapped(raw) && bits >= 96 ? { base: raw.slice(12), bits: bits - 96 } : { base: raw, bits };
}

/** Whether an address lies in a range. Ranges of one family hold nothing of the other. */
export function cidrContains(range: Cidr, address: AddressBytes): boolean {
  if (range.base.length !== address.length) return false;
  const whole = range.bits >> 3;
  for (let index = 0; index < whole; index++) if (range.base[index] !== address[index]) return false;
  const rest = range.bits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((range.base[whole] ?? 0) & mask) === ((address[whole] ?? 0) & mask);
}

function parseIpv4(text: string): AddressBytes | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** RFC 4291, section 2.2: groups of hexadecimal, one `::` for the longest gap, an IPv4 tail allowed. */
function parseIpv6(text: string): AddressBytes | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupBytes(halves[0] ?? '', halves.length === 1);
  const tail = groupBytes(halves[1] ?? '', true);
  if (head === undefined || tail === undefined) return undefined;
  const gap = 16 - head.length - tail.length;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  return gap >= 2 ? [...head, ...new Array<number>(gap).fill(0), ...tail] : undefined;
}

function groupBytes(text: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (mayEndInIpv4 && index === groups.length - 1 && group.includes('.')) {
      const ipv4 = parseIpv4(group);
      if (ipv4 === undefined) return undefined;
      bytes.push(...ipv4);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes;
}

/** `::ffff:a.b.c.d`: an IPv4 address in IPv6 clothes. */
function isMapped(bytes: AddressBytes): boolean {
  return bytes.length === 16 && bytes[10] === 0xff && bytes[11] === 0xff && bytes.slice(0, 10).every((b) => b === 0);
}
