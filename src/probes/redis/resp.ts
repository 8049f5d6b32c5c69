/** One reply of RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/), as far as our commands bring one. */
export type RedisReply =
  | { readonly kind: 'status'; readonly text: string }
  | { readonly kind: 'bulk'; readonly text: string }
  /** An integer, in decimal: they have 64 bits. */
  | { readonly kind: 'integer'; readonly text: string }
  /** `prefix` is the first word, in capitals by convention: the code that tells errors apart. */
  | { readonly kind: 'error'; readonly prefix: string; readonly text: string }
  | { readonly kind: 'nil' };

/** What the bytes so far amount to. */
export type Parsed =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'reply'; readonly reply: RedisReply };

/** The longest bulk string that is read, in bytes. */
export const MAX_BULK_BYTES = 16 * 1024;
/** The longest first line of a reply, in bytes; errors are one line. */
const MAX_LINE_BYTES = 2 * 1024;
const INCOMPLETE: Parsed = { kind: 'incomplete' };

/** A command as RESP2 sends it: an array of bulk strings. */
export function encodeCommand(words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`, 'utf8');
}

/** Reads exactly one reply: one command is sent at a time, so bytes beyond it are malformed. Never throws. */
export function parseReply(bytes: Buffer): Parsed {
  if (bytes.length === 0) return INCOMPLETE;
  const type = String.fromCharCode(bytes[0] ?? 0);
  if (!'+-:$'.includes(type)) return malformed('begins with no type of RESP2 that was asked for');
  const end = bytes.subarray(0, MAX_LINE_BYTES).indexOf('\r\n');
  if (end < 0) return bytes.length < MAX_LINE_BYTES ? INCOMPLETE : malformed('has a first line without end');
  const line = bytes.toString('utf8', 1, end);
  const rest = bytes.subarray(end + 2);
  if (type === '$') return bulk(line, rest);
  if (rest.length > 0) return malformed('holds more than one reply');
  switch (type) {
    case '+':
      return { kind: 'reply', reply: { kind: 'status', text: line } };
    case '-':
      return { kind: 'reply', reply: { kind: 'error', prefix: /^\S*/.exec(line)?.[0] ?? '', text: line } };
    default:
      return /^-?\d{1,19}$/.test(line)
        ? { kind: 'reply', reply: { kind: 'integer', text: line } }
        : malformed('holds an integer that is none');
  }
}

function bulk(header: string, rest: Buffer): Parsed {
  if (header === '-1') return rest.length > 0 ? malformed('holds more than one reply') : nil();
  if (!/^\d{1,10}$/.test(header)) return malformed('holds a length that is none');
  const length = Number(header);
  if (length > MAX_BULK_BYTES) return malformed(`announces ${length} bytes, at most ${MAX_BULK_BYTES} are read`);
  if (rest.length < length + 2) return INCOMPLETE;
  if (rest.length > length + 2) return malformed('holds more than one reply');
  if (rest.toString('latin1', length) !== '\r\n') return malformed('is longer than it announced');
  return { kind: 'reply', reply: { kind: 'bulk', text: rest.toString('utf8', 0, length) } };
}

function nil(): Parsed {
  return { kind: 'reply', reply: { kind: 'nil' } };
}

function malformed(reason: string): Parsed {
  return { kind: 'malformed', reason };
}
