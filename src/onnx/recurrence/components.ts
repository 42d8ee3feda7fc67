/**
 * The strongly connected components of a graph (Tarjan 1972), each after those it points to. `edges(v)` are what v points to;
 * the vertices of a component keep the order of `vertices`.
 */
export function components<V>(vertices: readonly V[], edges: (vertex: V) => Iterable<V>): V[][] {
  const order = new Map(vertices.map((vertex, i) => [vertex, i]));
  const index = new Map<V, number>();
  const low = new Map<V, number>();
  const stack: V[] = [];
  const onStack = new Set<V>();
  const found: V[][] = [];

  const visit = (vertex: V): void => {
    index.set(vertex, index.size);
    low.set(vertex, index.get(vertex)!);
    stack.push(vertex);
    onStack.add(vertex);
    for (const next of edges(vertex)) {
      if (!index.has(next)) {
        visit(next);
        low.set(vertex, Math.min(low.get(vertex)!, low.get(next)!));
      } else if (onStack.has(next)) {
        low.set(vertex, Math.min(low.get(vertex)!, index.get(next)!));
      }
    }
    if (low.get(vertex) !== index.get(vertex)) return;
    const component = stack.splice(stack.indexOf(vertex));
    for (const member of component) onStack.delete(member);
    found.push(component.sort((a, b) => order.get(a)! - order.get(b)!));
  };
  for (const vertex of vertices) if (!index.has(vertex)) visit(vertex);
  return found;
}
