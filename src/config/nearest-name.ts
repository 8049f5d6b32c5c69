/**
 * The known name that was most likely meant, if any is close enough to be worth saying: at most a third of its
 * letters wrong, and never all of them (insertions, deletions, replacements and swapped neighbours), ties by order of the list.
 */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  const lower = written.toLowerCase();
  for (const name of known) {
    const allowed = Math.max(1, Math.floor(Math.max(name.length, written.length) / 3));
    if (Math.abs(name.length - written.length) > Math.min(allowed, bestDistance)) continue;
    const distance = editDistance(lower, name.toLowerCase());
    if (distance <= allowed && distance < bestDistance && distance < Math.max(name.length, written.length)) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean x?`, or a list of what is known where nothing is near; undefined where nothing is known. */
export function suggestion(written: string, known: readonly string[], noun = 'known'): string | undefined {
  const near = nearestName(written, known);
  if (near !== undefined) return `did you mean ${near}?`;
  if (known.length === 0) return undefined;
  const shown = [...known].sort().slice(0, 24);
  return `${noun}: ${shown.join(', ')}${known.length > shown.length ? `, and ${known.length - shown.length} more` : ''}`;
}

/** Damerau-Levenshtein distance (optimal string alignment): three rows, no recursion. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
