import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';
import type { Shape } from '../shape.js';

/** What a gradient rule is given: a node, what flows back into its outputs, and where to put what flows on into its inputs. */
export interface GradientContext {
  readonly g: GraphBuilder;
  readonly node: GraphNode;
  shape(input: number): Shape;
  /** dL/d(output), of the output's shape. */
  dOut(output?: number): string;
  /** Whether anybody asked for dL/d(input). A rule may leave out the others. */
  needs(input: number): boolean;
  /** Adds `gradient` to dL/d(input); it may have the shape the input was broadcast to. */
  add(input: number, gradient: string): void;
  /** Adds leftᵀ · right to dL/d(input), of two matrices. */
  addProduct(input: number, left: string, right: string): void;
}

/** Adds to dL/d(input) what one operator contributes, as nodes of the same graph. */
export type GradientRule = (context: GradientContext) => void;
