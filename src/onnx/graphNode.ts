import type { AttributeValue } from './attribute.js';

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One operation of a graph: pure, single assignment. */
export interface GraphNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}
