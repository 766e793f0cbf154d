/** The import cycles of a graph, one for each knot, as paths that end where they begin (Tarjan's components). */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const knots: string[][] = [];
  const lowOf = (node: string) => low.get(node) ?? 0;

  const visit = (node: string) => {
    index.set(node, index.size);
    low.set(node, lowOf(node) || index.size - 1);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(lowOf(node), lowOf(next)));
    }
    if (lowOf(node) !== index.get(node)) return;
    const knot = stack.splice(stack.indexOf(node));
    if (knot.length > 1 || edges.get(node)?.includes(node)) knots.push(knot);
  };
  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return knots.map((knot) => shortestCycle(new Set(knot), edges));
}

function shortestCycle(knot: ReadonlySet<string>, edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const [start = ''] = [...knot].sort();
  const queue: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (const path of queue) {
    for (const next of edges.get(path.at(-1) ?? '') ?? []) {
      if (next === start) return [...path, start];
      if (!knot.has(next) || seen.has(next)) continue;
      seen.add(next);
      queue.push([...path, next]);
    }
  }
  return [...knot];
}
