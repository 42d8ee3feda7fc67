import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';

const commutative = new Set(['Add', 'Mul']);

/**
 * Finds out whether `value` of `g` is computed as `pattern` of `template` is, operator by operator, where an input of the template
 * stands for any value. Returns what the inputs of the template stand for, undefined where the two differ.
 */
export function matchTemplate(
  g: GraphBuilder,
  value: string,
  template: GraphBuilder,
  pattern: string,
): Map<string, string> | undefined {
  const made = producers(g);
  const drawn = producers(template);

  const match = (own: string, wanted: string, bound: Map<string, string>): Map<string, string> | undefined => {
    const known = bound.get(wanted);
    if (known !== undefined) return known === own ? bound : undefined;
    const constant = template.constants.get(wanted);
    if (constant) {
      const same = g.constants.get(own);
      return same && `${same.type}:${same.dims}:${same.data}` === `${constant.type}:${constant.dims}:${constant.data}`
        ? bound
        : undefined;
    }
    const node = drawn.get(wanted);
    if (!node) return new Map(bound).set(wanted, own);
    const candidate = made.get(own);
    if (candidate?.opType !== node.opType || candidate.inputs.length !== node.inputs.length) return undefined;
    if (candidate.outputs.indexOf(own) !== node.outputs.indexOf(wanted)) return undefined;
    if (JSON.stringify(candidate.attributes) !== JSON.stringify(node.attributes)) return undefined;
    const orders = commutative.has(node.opType)
      ? [candidate.inputs, [...candidate.inputs].reverse()]
      : [candidate.inputs];
    for (const inputs of orders) {
      let all: Map<string, string> | undefined = bound;
      for (const [i, input] of inputs.entries()) all = all && match(input, node.inputs[i], all);
      if (all) return all;
    }
    return undefined;
  };
  return match(value, pattern, new Map());
}

const producers = (g: GraphBuilder): Map<string, GraphNode> =>
  new Map(g.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
