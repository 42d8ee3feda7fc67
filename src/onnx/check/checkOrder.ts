import type { GraphProto } from '../modelProto.js';
import { title } from './title.js';

/** What is wrong with the values of a graph: made twice, read before they are made, made by nothing, in a circle. */
export function checkOrder({ node, initializer, input, output }: GraphProto): string[] {
  const problems: string[] = [];
  const known = new Set<string>();
  const give = (name: string, by: string): void => {
    if (known.has(name)) problems.push(`${by} gives ${name}, which is there already`);
    known.add(name);
  };
  const initial = new Set<string>();
  for (const { name = '' } of initializer) {
    if (initial.has(name)) problems.push(`two initializers are called ${name}`);
    initial.add(name);
  }
  for (const { name } of input) give(name, 'an input');
  for (const name of initial) known.add(name);

  const makers = new Map(node.flatMap((each) => each.output.map((name) => [name, each] as const)));
  for (const each of node) {
    for (const name of each.input) {
      if (name === '' || known.has(name)) continue;
      const maker = makers.get(name);
      if (!maker) problems.push(`${title(each)} reads ${name}, which nothing gives`);
      else if (dependsOn(name, each.output, makers)) problems.push(`${title(each)} reads ${name}, which depends on it`);
      else problems.push(`${title(each)} reads ${name}, which ${title(maker)} gives only later`);
    }
    for (const name of each.output) if (name !== '') give(name, title(each));
  }
  const outputs = new Set<string>();
  for (const { name } of output) {
    if (outputs.has(name)) problems.push(`two outputs are called ${name}`);
    if (!known.has(name)) problems.push(`nothing gives the output ${name}`);
    outputs.add(name);
  }
  return problems;
}

/** Whether `value` hangs on one of `roots`. */
function dependsOn(
  value: string,
  roots: readonly string[],
  makers: ReadonlyMap<string, { input: readonly string[] }>,
): boolean {
  const seen = new Set<string>();
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (roots.includes(name)) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...(makers.get(name)?.input ?? []));
  }
  return false;
}
