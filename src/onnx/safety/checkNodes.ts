import { operatorForms } from '../check/operatorForms.js';
import { title } from '../check/title.js';
import { type AttributeProto, AttributeType, ElementType, type GraphProto, type NodeProto } from '../modelProto.js';
import { shapeRules } from '../shapeRules.js';
import { Refused } from './refusal.js';

const controlFlow = new Set(['Loop', 'If', 'Scan', 'SequenceMap']);
const castable: readonly number[] = Object.values(ElementType);

/** The operators a pushed model may have: those whose form is known and the size of whose results follows from that of their inputs. */
export const allowedOperators: ReadonlySet<string> = new Set(
  Object.keys(operatorForms).filter((name) => name === 'Constant' || name in shapeRules),
);

/** Operators, and attributes that can be read one way only. @throws {Refused} */
export function checkNodes({ node }: GraphProto): void {
  for (const each of node) {
    checkOperator(each);
    for (const attribute of each.attribute) checkAttribute(each, attribute);
    if (each.opType === 'Constant' && each.attribute.length !== 1)
      throw new Refused(
        'attribute',
        `${title(each)} has ${each.attribute.length} attributes, not the one it must have`,
      );
    if (each.opType === 'Cast' && !castable.includes(each.attribute.find(({ name }) => name === 'to')?.i ?? 0))
      throw new Refused('attribute', `${title(each)} casts to an element type that is not allowed`);
  }
}

function checkOperator(node: NodeProto): void {
  if (node.domain && node.domain !== 'ai.onnx')
    throw new Refused('domain', `${title(node)} is of the domain ${node.domain}`);
  if (controlFlow.has(node.opType) || node.attribute.some(({ g }) => g))
    throw new Refused('control-flow', `${title(node)}: graphs within a graph are not allowed`);
  if (!allowedOperators.has(node.opType))
    throw new Refused('operator', `${title(node)}: the operator is not on the list of those allowed`);
  if (node.opType === 'Dropout' && node.input[2])
    throw new Refused('operator', `${title(node)}: it can be told to draw numbers, as in training`);
  if (node.opType === 'BatchNormalization' && node.attribute.some(({ name, i }) => name === 'training_mode' && i))
    throw new Refused('operator', `${title(node)}: it takes its moments from the batch, as in training`);
}

/** It says its type and holds nothing of another. */
function checkAttribute(node: NodeProto, attribute: AttributeProto): void {
  const { name, type, f, i, s, t, floats = [], ints = [], strings = [] } = attribute;
  const held: readonly (readonly [number, boolean])[] = [
    [AttributeType.float, f !== undefined],
    [AttributeType.int, i !== undefined],
    [AttributeType.string, s !== undefined],
    [AttributeType.tensor, t !== undefined],
    [AttributeType.floats, floats.length > 0],
    [AttributeType.ints, ints.length > 0],
    [AttributeType.strings, strings.length > 0],
  ];
  if (!held.some(([kind]) => kind === type) || held.some(([kind, isThere]) => isThere && kind !== type))
    throw new Refused(
      'attribute',
      `${title(node)}: its attribute ${name} does not say what it is, or holds something else`,
    );
}
