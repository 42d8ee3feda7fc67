import { AttributeType, type NodeProto } from '../modelProto.js';
import type { OperatorForm, Slot } from './operatorForm.js';

const kinds = new Map<number | undefined, string>(Object.entries(AttributeType).map(([kind, type]) => [type, kind]));

/** What is wrong with the number of a node's inputs and outputs and with its attributes. */
export function checkForm(node: NodeProto, form: OperatorForm): string[] {
  return [
    ...counted('input', node.input, form.inputs),
    ...counted('output', node.output, form.outputs),
    ...attributesOf(node, form),
  ];
}

function counted(what: string, names: readonly string[], slots: readonly Slot[]): string[] {
  const most = slots.at(-1)?.repeated ? Number.POSITIVE_INFINITY : slots.length;
  if (names.length > most) return [`has ${names.length} ${what}s, but takes ${most} at most`];
  return slots.flatMap(({ optional }, i) =>
    optional || (names[i] ?? '') !== '' ? [] : [`has no ${what} ${i}, which it must have`],
  );
}

function attributesOf({ attribute }: NodeProto, { attributes, required }: OperatorForm): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const { name, type } of attribute) {
    if (seen.has(name)) problems.push(`gives the attribute ${name} twice`);
    seen.add(name);
    const expected = attributes[name];
    const found = kinds.get(type) ?? `of type ${type}`;
    if (!expected) problems.push(`has an attribute ${name}, which its operator does not know`);
    else if (type !== undefined && found !== expected)
      problems.push(`has an attribute ${name} that is ${found} and must be ${expected}`);
  }
  for (const name of required) if (!seen.has(name)) problems.push(`has no attribute ${name}, which it must have`);
  return problems;
}
