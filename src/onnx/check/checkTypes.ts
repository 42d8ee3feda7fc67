import { ElementType, type NodeProto, typeName } from '../modelProto.js';
import type { OperatorForm, Slot } from './operatorForm.js';

const fits: Readonly<Record<string, (type: number) => boolean>> = {
  float: (type) => type === ElementType.float32,
  int: (type) => type === ElementType.int64 || type === ElementType.int32,
  bool: (type) => type === ElementType.bool,
};

/**
 * Compares the element types of a node's inputs with what its operator takes, and puts those of its outputs into `types`. What is
 * not known (0) is not compared.
 */
export function checkTypes(node: NodeProto, form: OperatorForm, types: Map<string, number>): string[] {
  const problems: string[] = [];
  const letters = new Map<string, number>();
  for (const [i, name] of node.input.entries()) {
    const slot = slotAt(form.inputs, i);
    const type = types.get(name) ?? 0;
    if (name === '' || type === 0 || !slot) continue;
    const expected = letters.get(slot.type);
    if (fits[slot.type]) {
      if (!fits[slot.type](type)) problems.push(`takes ${slot.type} as input ${i}, but ${name} is ${typeName(type)}`);
    } else if (expected !== undefined && expected !== type) {
      problems.push(`takes inputs of one type, but ${name} is ${typeName(type)} beside ${typeName(expected)}`);
    } else letters.set(slot.type, type);
  }
  for (const [i, name] of node.output.entries()) {
    const slot = slotAt(form.outputs, i);
    if (name !== '' && slot) types.set(name, outputType(node, slot, letters));
  }
  return problems;
}

const slotAt = (slots: readonly Slot[], i: number): Slot | undefined =>
  slots[i] ?? (slots.at(-1)?.repeated ? slots.at(-1) : undefined);

function outputType(node: NodeProto, { type }: Slot, letters: ReadonlyMap<string, number>): number {
  const attribute = (name: string) => node.attribute.find((each) => each.name === name);
  if (node.opType === 'Cast') return attribute('to')?.i ?? 0;
  if (node.opType === 'ConstantOfShape') return attribute('value')?.t?.dataType ?? ElementType.float32;
  if (node.opType === 'Constant') {
    const [value] = node.attribute;
    if (!value) return 0;
    return value.t?.dataType ?? (value.name.startsWith('value_int') ? ElementType.int64 : ElementType.float32);
  }
  const known: Record<string, number> = { float: ElementType.float32, int: ElementType.int64, bool: ElementType.bool };
  return known[type] ?? letters.get(type) ?? 0;
}
