/**
 * Strongly connected components, dependencies first (Tarjan 1972, iterative so that a chain of ten thousand
 * needs does not exhaust the stack). `successors` gives what a node needs, by index.
 */
export function componentsOf(
  count: number,
  successors: (node: number) => readonly number[],
): readonly (readonly number[])[] {
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack: number[] = [];
  const components: number[][] = [];
  let next = 0;
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const work: { node: number; edges: readonly number[]; at: number }[] = [];
    const enter = (node: number): void => {
      order[node] = low[node] = next++;
      stack.push(node);
      onStack[node] = 1;
      work.push({ node, edges: successors(node), at: 0 });
    };
    enter(root);
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const target = frame.edges[frame.at++];
      if (target !== undefined) {
        if (order[target] === -1) enter(target);
        else if (onStack[target] === 1) low[frame.node] = Math.min(low[frame.node] ?? 0, order[target] ?? 0);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) low[parent.node] = Math.min(low[parent.node] ?? 0, low[frame.node] ?? 0);
      if (low[frame.node] === order[frame.node]) {
        const component: number[] = [];
        for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
          onStack[member] = 0;
          component.push(member);
          if (member === frame.node) break;
        }
        components.push(component.sort((a, b) => a - b));
      }
    }
  }
  return components;
}
