import type { GraphBuilder } from '../graphBuilder.js';
import type { GraphNode } from '../graphNode.js';

/** What a pass made in place of values, and, in the order of the nodes, of all that hangs on them. */
export class Renaming {
  readonly names: Map<string, string>;
  readonly #g: GraphBuilder;

  constructor(g: GraphBuilder, replacements: Iterable<readonly [string, string]> = []) {
    this.#g = g;
    this.names = new Map(replacements);
  }

  readonly current = (name: string): string => this.names.get(name) ?? name;

  set(value: string, made: string): void {
    this.names.set(value, made);
  }

  setAll(values: readonly string[], made: readonly string[]): void {
    for (const [i, value] of values.entries()) this.names.set(value, made[i]);
  }

  /** Makes a node again that reads what has another name now. */
  follow({ opType, inputs, outputs, attributes, name }: GraphNode): void {
    if (this.names.has(outputs[0]) || !inputs.some((input) => this.names.has(input))) return;
    this.setAll(outputs, this.#g.ops(outputs.length, opType, inputs.map(this.current), attributes, name));
  }

  of(roots: readonly string[]): Map<string, string> {
    return new Map(roots.map((root) => [root, this.current(root)]));
  }
}
