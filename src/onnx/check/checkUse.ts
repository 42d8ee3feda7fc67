import type { GraphProto } from '../modelProto.js';
import { title } from './title.js';

/** What a graph has and does not use. */
export function checkUse({ node, initializer, input, output }: GraphProto): string[] {
  const read = new Set([...node.flatMap((each) => each.input), ...output.map(({ name }) => name)]);
  const names = new Set<string>();
  const warnings: string[] = [];
  for (const each of node) {
    if (each.name && names.has(each.name)) warnings.push(`two nodes are called ${each.name}`);
    if (each.name) names.add(each.name);
    if (!each.output.some((name) => read.has(name))) warnings.push(`${title(each)}: nothing reads what it gives`);
  }
  for (const { name = '' } of initializer) if (!read.has(name)) warnings.push(`nothing reads the initializer ${name}`);
  for (const { name } of input) if (!read.has(name)) warnings.push(`nothing reads the input ${name}`);
  return warnings;
}
