const HEADER = 5;
const ERROR = 'E'.charCodeAt(0);
const NOTICE = 'N'.charCodeAt(0);
const NOTHING = Buffer.alloc(0);

/**
 * Cuts what a server sends into messages (protocol 3.0: type, length, body), so that a reader which looks for the end
 * of a text finds at worst the end of its message; and refuses errors and notices whose list of fields has no end,
 * because `pg` would look for it for ever.
 */
export class Frames {
  #rest: Buffer = NOTHING;

  /** The messages that are whole now; undefined where one can be none. */
  push(chunk: Buffer): readonly Buffer[] | undefined {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = bytes.readUInt32BE(at + 1);
      if (length < HEADER - 1) return undefined;
      const end = at + 1 + length;
      if (end > bytes.length) break;
      const message = Buffer.from(bytes.subarray(at, end));
      if (!hasItsEnd(message)) return undefined;
      messages.push(message);
      at = end;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
    return messages;
  }
}

/** Fields of an error or notice: a letter and a text that ends in 0, again and again, then 0. */
function hasItsEnd(message: Buffer): boolean {
  if (message[0] !== ERROR && message[0] !== NOTICE) return true;
  let at = HEADER;
  while (at < message.length) {
    if (message[at] === 0) return true;
    const end = message.indexOf(0, at + 1);
    if (end < 0) return false;
    at = end + 1;
  }
  return false;
}
