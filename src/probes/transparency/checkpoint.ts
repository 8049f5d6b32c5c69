import { fromBase64 } from './encoding.ts';
import { HASH_BYTES } from './merkle.ts';
import { malformed, parsed, type Parsed } from './parsed.ts';
import { parseSignedNote, type SignedNote } from './signed-note.ts';

/** What a log commits itself to: so many leaves, with this root. Believe it only once the note is verified. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Buffer;
  /** Further lines, which mean nothing here. */
  readonly extensions: readonly string[];
  readonly note: SignedNote;
}

const MAX_ORIGIN_LENGTH = 512;
const MAX_SIZE = 2n ** 63n - 1n;

/** Parses a C2SP tlog-checkpoint: a signed note of origin, decimal size, base64 root, and perhaps more lines. */
export function parseCheckpoint(raw: string): Parsed<Checkpoint> {
  const note = parseSignedNote(raw);
  if (!note.ok) return note;
  const [origin, size, root, ...extensions] = note.value.text.slice(0, -1).split('\n');
  if (origin === undefined || origin === '' || origin.length > MAX_ORIGIN_LENGTH) return malformed('no origin line');
  if (size === undefined || !/^(?:0|[1-9][0-9]{0,18})$/.test(size)) return malformed('no decimal size in line 2');
  const leaves = BigInt(size);
  if (leaves > MAX_SIZE) return malformed('a size beyond 63 bits');
  const hash = root === undefined ? undefined : fromBase64(root);
  if (hash?.length !== HASH_BYTES) return malformed('no base64 root hash in line 3');
  if (extensions.includes('')) return malformed('an empty line in the text');
  return parsed({ origin, size: leaves, root: hash, extensions, note: note.value });
}
