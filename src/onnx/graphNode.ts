import type { AttributeValue } from './attribute.js';

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One operation of a graph: pure, single assignment. */
export interface GraphNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** As the file calls it. */
  readonly name?: string;
}

/** A node as messages name it. */
export const nodeTitle = ({ opType, name, outputs }: GraphNode): string =>
  name ? `node ${name} (${opType})` : `the ${opType} that gives ${outputs.find(Boolean)}`;
