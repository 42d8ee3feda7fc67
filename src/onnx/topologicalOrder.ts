import { type GraphNode, nodeTitle } from './graphNode.js';

/**
 * The nodes so that each comes after those it reads, otherwise in the order given. `given` are the values that no node makes.
 *
 * @throws {RangeError} for a cycle, a value made twice, or one that nothing makes.
 */
export function topologicalOrder(nodes: readonly GraphNode[], given: Iterable<string>): GraphNode[] {
  const known = new Set(given);
  const makers = new Map<string, GraphNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (known.has(output) || makers.has(output)) throw new RangeError(`${nodeTitle(node)}: ${output} is made twice`);
      makers.set(output, node);
    }
  }
  const order: GraphNode[] = [];
  const state = new Map<GraphNode, 'open' | 'done'>();
  for (const root of nodes) {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (state.get(node) === 'done') {
        stack.pop();
        continue;
      }
      state.set(node, 'open');
      const waiting = node.inputs.flatMap((input) => {
        if (input === '' || known.has(input)) return [];
        const maker = makers.get(input);
        if (!maker) throw new RangeError(`${nodeTitle(node)}: nothing gives its input ${input}`);
        if (state.get(maker) === 'open') throw new RangeError(`${nodeTitle(node)}: ${input} depends on itself`);
        return state.get(maker) === 'done' ? [] : [maker];
      });
      if (waiting.length > 0) {
        stack.push(waiting[0]);
        continue;
      }
      stack.pop();
      state.set(node, 'done');
      order.push(node);
    }
  }
  return order;
}
