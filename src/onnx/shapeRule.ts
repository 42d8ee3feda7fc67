import type { GraphNode } from './graphNode.js';
import type { Dim, Shape } from './shape.js';

export interface ShapeContext {
  readonly node: GraphNode;
  /** Of each input; undefined for an optional one left out. */
  readonly shapes: readonly Shape[];
  has(input: number): boolean;
  /** What an integer input holds, axes known by name among it. */
  dims(input: number): readonly Dim[];
  /** The same where all of it must be numbers. */
  ints(input: number): readonly number[];
}

/** The shapes of an operator's outputs. */
export type ShapeRule = (context: ShapeContext) => readonly Shape[];
