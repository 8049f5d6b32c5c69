/** What a health service says of a service: the enumeration of grpc.health.v1, by number. */
const SERVING_STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** What a health service says of a service. */
export type ServingStatus = (typeof SERVING_STATUSES)[number];

/** A health answer, or in words why the bytes are none. */
export type HealthAnswer =
  { readonly kind: 'status'; readonly status: ServingStatus } | { readonly kind: 'malformed'; readonly reason: string };

const PREFIX_BYTES = 5;

/**
 * `HealthCheckRequest { string service = 1 }` as one length-prefixed message (the gRPC protocol over HTTP/2,
 * "Length-Prefixed-Message": a flag for compression, four bytes of length, the message).
 */
export function healthRequest(service: string): Buffer {
  const name = Buffer.from(service, 'utf8');
  // A field with its default value is not written (proto3).
  const message = name.length === 0 ? name : Buffer.concat([Buffer.of(0x0a), varint(name.length), name]);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Reads `HealthCheckResponse { ServingStatus status = 1 }` from the body of an answer. */
export function healthAnswer(body: Uint8Array): HealthAnswer {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.length < PREFIX_BYTES) return malformed(`${bytes.length} bytes where a message has at least 5`);
  if (bytes[0] !== 0) return malformed('a compressed message, though none was asked for');
  const length = bytes.readUInt32BE(1);
  if (length !== bytes.length - PREFIX_BYTES) {
    return malformed(`a message of ${length} bytes in ${bytes.length - PREFIX_BYTES}`);
  }
  return statusIn(bytes.subarray(PREFIX_BYTES));
}

function statusIn(message: Buffer): HealthAnswer {
  let number = 0;
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    if (tag === undefined) return malformed('a field without an end');
    const value = readField(message, tag.next, tag.value & 7);
    if (value === undefined) return malformed('a field without an end');
    if (tag.value >>> 3 === 1) {
      if (value.number === undefined) return malformed('a status that is no number');
      number = value.number;
    }
    at = value.next;
  }
  const status = SERVING_STATUSES[number];
  return status === undefined ? malformed(`a status numbered ${number}`) : { kind: 'status', status };
}

/** Protocol buffers, wire types 0 (varint), 1 and 5 (fixed), 2 (length-delimited); others ended long ago. */
function readField(message: Buffer, at: number, wireType: number): { number?: number; next: number } | undefined {
  switch (wireType) {
    case 0: {
      const read = readVarint(message, at);
      return read && { number: read.value, next: read.next };
    }
    case 1:
      return within(message, at + 8);
    case 2: {
      const length = readVarint(message, at);
      return length && within(message, length.next + length.value);
    }
    case 5:
      return within(message, at + 4);
    default:
      return undefined;
  }
}

function within(message: Buffer, next: number): { next: number } | undefined {
  return next <= message.length ? { next } : undefined;
}

/** At most five bytes: nothing here counts further. */
function readVarint(message: Buffer, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5; i += 1) {
    const byte = message[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return undefined;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 0x80) return Buffer.from([...bytes, left]);
    bytes.push((left & 0x7f) | 0x80);
  }
}

function malformed(reason: string): HealthAnswer {
  return { kind: 'malformed', reason };
}
