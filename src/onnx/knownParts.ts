import type { GraphBuilder } from './graphBuilder.js';
import type { GraphNode } from './graphNode.js';
import { normalAxis, type Shape } from './shape.js';

/**
 * The parts, of `sizes` along `axis`, of a value that was put together from just those, so that nothing need be cut:
 *
 *     [p₁, p₂]      or      A·[B₁; B₂]ᵀ = [A·B₁ᵀ, A·B₂ᵀ]
 *
 * Undefined where it was not.
 */
export function knownParts(
  g: GraphBuilder,
  value: string,
  sizes: readonly number[],
  axis: number,
): ((part: number) => string) | undefined {
  const madeBy = (name: string): GraphNode | undefined => g.nodes.find(({ outputs }) => outputs[0] === name);
  const joined = (node: GraphNode | undefined, along: number): readonly string[] | undefined => {
    if (node?.opType !== 'Concat' || node.inputs.length !== sizes.length) return undefined;
    const shapes = node.inputs.map((input): Shape => g.shape(input));
    const fits = normalAxis(Number(node.attributes.axis), shapes[0].length) === along;
    return fits && shapes.every((shape, i) => shape[along] === sizes[i]) ? node.inputs : undefined;
  };
  const node = madeBy(value);
  const own = joined(node, axis);
  if (own) return (part) => own[part];
  if (node?.opType !== 'MatMul' || axis !== 1 || g.shape(value).length !== 2) return undefined;
  const turned = madeBy(node.inputs[1]);
  const factors = turned?.opType === 'Transpose' ? joined(madeBy(turned.inputs[0]), 0) : undefined;
  return factors && ((part) => g.op('MatMul', [node.inputs[0], g.op('Transpose', [factors[part]], { perm: [1, 0] })]));
}
