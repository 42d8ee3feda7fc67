import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import type { Shape } from '../shape.js';

/**
 * What a gradient rule is given: a node, what flows back into its outputs, and where to put what flows on into its inputs.
 * Values may have one axis that is known by name only (`batch`); a rule reads its size nowhere.
 */
export interface GradientContext {
  readonly g: GraphBuilder;
  readonly node: GraphNode;
  shape(input: number): Shape;
  /** dL/d(output), of the output's shape; zeros where nothing flows. */
  dOut(output?: number): string;
  /** Whether anything flows back into an output. */
  flows(output: number): boolean;
  /** Whether anybody asked for dL/d(input); false for an optional input left out. A rule leaves out the others. */
  needs(input: number): boolean;
  /** Adds `gradient` to dL/d(input); it may have the shape the input was broadcast to. */
  add(input: number, gradient: string): void;
  /** Adds leftᵀ · right to dL/d(input), of two matrices. */
  addProduct(input: number, left: string, right: string): void;
}

/**
 * Adds to dL/d(input) what one operator contributes, as nodes of the same graph. A factor is formed of forward values first and
 * then multiplied with dOut, so that a training graph can take it out of the loop.
 */
export type GradientRule = (context: GradientContext) => void;
