import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';

/**
 * Builds in `g` what `node` computes, out of simpler operators, from the values `inputs` of `g` ('' where one is left out).
 * Gives the value of each output, '' for one that nobody reads.
 */
export type Lowering = (g: GraphBuilder, node: GraphNode, inputs: readonly string[]) => readonly string[];
