import { gradientRules, withoutGradient } from './gradients/gradientRules.js';
import { Gradients } from './gradients.js';
import type { GraphBuilder } from './graphBuilder.js';
import { type GraphNode, nodeTitle } from './graphNode.js';
import { sizeOf } from './shape.js';

/**
 * Appends to `g` the nodes that compute dL/dv for every v of `wrt` (reverse mode), L being the single element `loss`.
 * Returns the name of each gradient, of the shape of its value. Every operator between them needs a rule in gradients/.
 *
 * @throws {RangeError} when `loss` is not a single element, or does not depend on a value of `wrt`.
 * @throws {TypeError} when an operator on the way has no gradient rule.
 */
export function differentiate(g: GraphBuilder, loss: string, wrt: readonly string[]): Map<string, string> {
  if (sizeOf(g.shape(loss)) !== 1)
    throw new RangeError(`differentiate: ${loss} of shape [${g.shape(loss)}] is no single number`);
  const gradients = pullBack(g, new Map([[loss, g.constant([1], g.shape(loss) as number[])]]), wrt);
  return new Map(
    wrt.map((value) => {
      const gradient = gradients.get(value);
      if (gradient === undefined) throw new RangeError(`differentiate: ${loss} does not depend on ${value}`);
      return [value, gradient];
    }),
  );
}

/**
 * The vector–Jacobian product: from dL/dv of each value v of `seeds`, appends the nodes that compute dL/dw for every w of `wrt`.
 * A value of `wrt` that no seed depends on is left out.
 *
 * @throws {TypeError} when an operator on the way has no gradient rule.
 */
export function pullBack(
  g: GraphBuilder,
  seeds: Iterable<readonly [string, string]>,
  wrt: readonly string[],
): Map<string, string> {
  const forward = [...g.nodes];
  const needed = dependents(forward, wrt);
  const gradients = new Gradients(g);
  for (const [value, gradient] of seeds) gradients.add(value, gradient);

  for (const node of forward.reverse()) {
    if (withoutGradient(node)) continue;
    if (!node.outputs.some((output) => needed.has(output) && gradients.has(output))) continue;
    const rule = gradientRules[node.opType];
    if (!rule) {
      const root = wrt.find((value) =>
        dependents(g.nodes, [value]).has(node.outputs.find((output) => needed.has(output))!),
      );
      throw new TypeError(
        `differentiate: ${nodeTitle(node)}, which ${root} goes through: no gradient rule for operator ${node.opType}`,
      );
    }
    rule({
      g,
      node,
      shape: (input) => g.shape(node.inputs[input]),
      dOut: (output = 0) => gradients.of(node.outputs[output]),
      flows: (output) => gradients.has(node.outputs[output]),
      needs: (input) => needed.has(node.inputs[input]),
      add: (input, gradient) => gradients.add(node.inputs[input], gradient),
      addProduct: (input, left, right) => gradients.addProduct(node.inputs[input], left, right),
    });
  }
  return new Map(wrt.flatMap((value) => (gradients.has(value) ? [[value, gradients.of(value)]] : [])));
}

/** Every value that `roots` have a gradual say in, themselves included. */
function dependents(nodes: readonly GraphNode[], roots: readonly string[]): Set<string> {
  const found = new Set(roots);
  for (const node of nodes) {
    if (withoutGradient(node)) continue;
    if (node.inputs.some((input) => found.has(input))) for (const output of node.outputs) found.add(output);
  }
  return found;
}
