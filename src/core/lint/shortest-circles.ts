/** More circles than this in one knot say nothing new: mending one changes the others. */
const MOST = 20;

/**
 * Shortest circles that together touch every member of a strongly connected component: for each member not yet
 * touched, a shortest circle through it. `successors` must stay inside the component. A circle begins at its
 * smallest member and does not repeat it; members are compared by `id`, so that the answer is the same every time.
 */
export function shortestCircles<T extends { readonly id: string }>(
  component: readonly T[],
  successors: (member: T) => readonly T[],
): readonly (readonly T[])[] {
  const [only] = component;
  // Nearly every component is one member that does not lean on itself.
  if (only === undefined || (component.length === 1 && !successors(only).includes(only))) return [];
  const touched = new Set<T>();
  const circles: (readonly T[])[] = [];
  for (const member of [...component].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (touched.has(member) || circles.length >= MOST) continue;
    const circle = shortestThrough(member, successors);
    if (circle.length === 0) continue;
    for (const each of circle) touched.add(each);
    circles.push(fromSmallest(circle));
  }
  return circles;
}

function shortestThrough<T>(start: T, successors: (member: T) => readonly T[]): readonly T[] {
  const from = new Map<T, T>();
  const queue: T[] = [start];
  for (const at of queue) {
    for (const target of successors(at)) {
      if (target === start) return pathTo(at, start, from);
      if (from.has(target)) continue;
      from.set(target, at);
      queue.push(target);
    }
  }
  return [];
}

function pathTo<T>(end: T, start: T, from: ReadonlyMap<T, T>): readonly T[] {
  const path: T[] = [];
  for (let at: T | undefined = end; at !== undefined && at !== start; at = from.get(at)) path.unshift(at);
  return [start, ...path];
}

function fromSmallest<T extends { readonly id: string }>(circle: readonly T[]): readonly T[] {
  let smallest = 0;
  for (const [i, member] of circle.entries()) if (member.id < (circle[smallest]?.id ?? '')) smallest = i;
  return [...circle.slice(smallest), ...circle.slice(0, smallest)];
}
