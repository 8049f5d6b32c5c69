import { canonicalJson } from './canonical-json.ts';
import { publicKeyPem } from './key-pair.ts';
import { flipLastBit, logId, signAs, signCheckpoint, treeIdHex } from './log-identity.ts';
import { json } from './loopback-server.ts';
import type { Reply } from './loopback-server.ts';
import type { RekorFault, Shard } from './rekor-fault.ts';

/** What a Rekor shows of its shards, the active one first, under a fault: every answer that changes nothing. */
export class RekorView {
  readonly #shards: readonly [Shard, ...Shard[]];
  readonly #fault: RekorFault | null;

  constructor(shards: readonly [Shard, ...Shard[]], fault: RekorFault | null) {
    this.#shards = shards;
    this.#fault = fault;
  }

  get active(): Shard {
    return this.#shards[0];
  }

  logInfo(): Reply {
    const [active, ...inactive] = this.#shards.map((shard) => ({
      rootHash: shard.log.tree.root(shard.size).toString('hex'),
      signedTreeHead: this.#checkpoint(shard),
      treeID: shard.log.identity.treeId,
      treeSize: shard.size,
    }));
    return json(200, { inactiveShards: inactive, ...active });
  }

  publicKey(): Reply {
    const body = publicKeyPem(this.#shards[0].log.identity.keys);
    return { kind: 'answer', status: 200, headers: { 'content-type': 'application/x-pem-file' }, body };
  }

  proof(query: URLSearchParams): Reply {
    const firstSize = Number(query.get('firstSize') ?? 1);
    const lastSize = Number(query.get('lastSize') ?? Number.NaN);
    for (const [name, size] of Object.entries({ firstSize, lastSize }))
      if (!Number.isInteger(size) || size < 1)
        return json(422, { code: 602, message: `${name} in query must be an integer of at least 1` });
    if (firstSize > lastSize) return refused(`firstSize(${firstSize}) must be less than lastSize(${lastSize})`);
    const [active, ...inactive] = this.#shards;
    const treeId = query.get('treeID') ?? active.log.identity.treeId;
    const shard = [active, ...inactive].find((candidate) => candidate.log.identity.treeId === treeId);
    if (shard === undefined)
      return json(500, { code: 500, message: 'unexpected error communicating with transparency log' });
    if (lastSize > shard.size)
      return refused(
        `the tree size requested(${lastSize}) was greater than what is currently observable(${shard.size})`,
      );
    const hashes = this.#hashes(shard.log.tree.consistencyProof(firstSize, lastSize));
    return json(200, { hashes, rootHash: shard.log.tree.root(shard.size).toString('hex') });
  }

  entryByIndex(query: URLSearchParams): Reply {
    const text = query.get('logIndex') ?? '';
    if (!/^\d{1,15}$/.test(text)) return json(422, { code: 602, message: 'logIndex in query must be an integer' });
    for (const shard of this.#shards) {
      const index = Number(text) - shard.firstIndex;
      if (index >= 0 && index < shard.size) return this.#entry(shard, index);
    }
    return NOT_FOUND;
  }

  entryById(id: string): Reply {
    const leaf = Buffer.from(id.slice(-64), 'hex');
    const tree = id.length === 80 ? id.slice(0, 16) : undefined;
    for (const shard of this.#shards) {
      if (tree !== undefined && tree !== treeIdHex(shard.log.identity.treeId)) continue;
      const index = shard.log.tree.indexOf(leaf);
      if (index !== undefined && index < shard.size) return this.#entry(shard, index);
    }
    return NOT_FOUND;
  }

  #entry(shard: Shard, index: number): Reply {
    return this.#fault === 'entry-missing' ? NOT_FOUND : json(200, this.entryBody(shard, index));
  }

  /** An entry by its id, as GET and a 201 give it. */
  entryBody(shard: Shard, index: number): Record<string, unknown> {
    const { log, size, firstIndex } = shard;
    const record = log.records[index];
    if (record === undefined) throw new Error(`entry ${index} of a log of ${log.size} is missing`);
    const signed = { ...record, logID: logId(log.identity), logIndex: firstIndex + index };
    const timestamp = signAs(log.identity, canonicalJson(signed));
    return {
      [log.entryId(index)]: {
        ...signed,
        verification: {
          inclusionProof: {
            checkpoint: this.#checkpoint(shard),
            hashes: this.#hashes(log.tree.inclusionProof(index, this.#provenSize(index, size))),
            logIndex: index,
            rootHash: log.tree.root(size).toString('hex'),
            treeSize: size,
          },
          signedEntryTimestamp: (this.#fault === 'bad-set' ? flipLastBit(timestamp) : timestamp).toString('base64'),
        },
      },
    };
  }

  #checkpoint({ log, size }: Shard): string {
    return signCheckpoint(log.identity, size, log.tree.root(size), this.#fault === 'bad-signature');
  }

  /** The size that an inclusion proof is for: that of the checkpoint beside it, unless it is to be wrong. */
  #provenSize(index: number, size: number): number {
    return this.#fault === 'other-size-proof' ? Math.max(index + 1, Math.ceil(size / 2)) : size;
  }

  #hashes(proof: readonly Buffer[]): string[] {
    const spoil = this.#fault === 'bad-proof';
    return proof.map((hash, i) => (spoil && i === 0 ? flipLastBit(hash) : hash).toString('hex'));
  }
}

/** The real log gives this one no body. */
const NOT_FOUND: Reply = { kind: 'answer', status: 404, headers: { 'content-type': 'application/json' } };

/** 400, as the real log words it. */
export function refused(message: string): Reply {
  return json(400, { code: 400, message });
}
