/**
 * The bytes of standard, padded base64 (RFC 4648 §4), or undefined. Strict: Node's decoder skips what it
 * does not know and accepts several spellings of the same bytes, which would let two different notes pass
 * as one.
 */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
