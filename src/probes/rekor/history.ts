import { verifyConsistency } from '../transparency/merkle.ts';
import { failed, passed, type Checked } from './fault.ts';
import type { SignedTree } from './head.ts';
import type { Remembered, Reply } from './measured.ts';
import { jsonOf, proofShape } from './reply.ts';

/** How a tree stands to the one that was remembered, by size alone. */
export type Growth = 'smaller' | 'equal' | 'grown';

/** Compares sizes. Smaller may be a replica that lags behind: read again before it is called a rollback. */
export function growthOf(tree: Pick<SignedTree, 'size'>, remembered: Remembered): Growth {
  const before = BigInt(remembered.size);
  if (tree.size === before) return 'equal';
  return tree.size < before ? 'smaller' : 'grown';
}

/**
 * What sizes and roots alone tell: a tree never shrinks, and one size has one root. `where` opens messages.
 * A tree that has grown passes here; only a proof can tell more.
 */
export function withoutProof(tree: SignedTree, remembered: Remembered, where: string): Checked<Growth> {
  const growth = growthOf(tree, remembered);
  const seen = { expected: describeTree(remembered), got: describeTree(tree) };
  if (growth === 'smaller')
    return failed(
      'integrity.rollback',
      `${where}: tree ${tree.treeId} has shrunk from ${remembered.size} to ${tree.size} entries`,
      { ...seen, expected: `${seen.expected}, or larger` },
    );
  if (growth === 'equal' && tree.root.toString('hex') !== remembered.root)
    return failed(
      'integrity.consistency_invalid',
      `${where}: tree ${tree.treeId} shows another root for the same ${tree.size} entries`,
      seen,
    );
  return passed(growth);
}

/** Verifies that a grown tree begins with the remembered one: RFC 9162 §2.1.4.2 over two signed roots. */
export function withProof(tree: SignedTree, remembered: Remembered, reply: Reply): Checked<undefined> {
  const answer = jsonOf(reply, proofShape);
  if (!answer.ok) return answer;
  const verdict = verifyConsistency({
    firstSize: BigInt(remembered.size),
    firstRoot: Buffer.from(remembered.root, 'hex'),
    secondSize: tree.size,
    secondRoot: tree.root,
    proof: (answer.value.hashes ?? []).map((hash) => Buffer.from(hash, 'hex')),
  });
  if (verdict.ok) return passed(undefined);
  return failed(
    'integrity.consistency_invalid',
    `${reply.request}: the log does not continue the one that was verified before: ${verdict.reason}`,
    { expected: `a proof from ${describeTree(remembered)} to ${describeTree(tree)}`, got: verdict.reason },
  );
}

/** Two addresses that show two roots for one size show two logs. */
export function sameView(
  one: { readonly address: string; readonly tree: SignedTree },
  other: { readonly address: string; readonly tree: SignedTree },
): Checked<undefined> {
  const [a, b] = [one.tree, other.tree];
  if (a.treeId !== b.treeId || a.size !== b.size || a.root.equals(b.root)) return passed(undefined);
  return failed(
    'integrity.consistency_invalid',
    `${one.address} and ${other.address} show two roots for the same ${a.size} entries of tree ${a.treeId}`,
    { expected: `${describeTree(a)}, as at ${one.address}`, got: `${describeTree(b)}, at ${other.address}` },
  );
}

/** Size and root, for people. */
export function describeTree(tree: SignedTree | Remembered): string {
  const root = typeof tree.root === 'string' ? tree.root : tree.root.toString('hex');
  return `size ${tree.size}, root ${root}`;
}
