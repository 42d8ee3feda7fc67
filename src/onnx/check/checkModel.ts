import { constantOf } from '../constant.js';
import { type GraphProto, type ModelProto, type TensorProto, typeName, type ValueInfoProto } from '../modelProto.js';
import { newestOpset, oldestOpset, opsetOf } from '../opset.js';
import { readGraph } from '../readGraph.js';
import { type Shape, sameShape } from '../shape.js';
import { checkForm } from './checkForm.js';
import { checkOrder } from './checkOrder.js';
import { checkTypes } from './checkTypes.js';
import { checkUse } from './checkUse.js';
import { givenTypes } from './elementTypes.js';
import { operatorForms } from './operatorForms.js';
import { title } from './title.js';

export interface ModelFindings {
  /** Why the file is no valid model, each naming the node and the value. */
  readonly errors: readonly string[];
  /** What is odd, but changes nothing. */
  readonly warnings: readonly string[];
}

/**
 * Checks a file as data, without running it: versions, single assignment, order, the form of each known operator (number of inputs
 * and outputs, attributes), element types, shapes as far as they follow, and what nothing reads.
 */
export function checkModel(model: ModelProto): ModelFindings {
  const { graph } = model;
  if (!graph) return { errors: ['the file holds no graph'], warnings: [] };
  const errors = checkStructure(model, graph);
  if (errors.length === 0) errors.push(...checkShapes(model));
  return { errors, warnings: checkUse(graph) };
}

/** The same without shapes: what must hold before they can be inferred. */
export function checkStructure(model: ModelProto, graph: GraphProto): string[] {
  const errors: string[] = [];
  const version = opsetOf(model);
  if (!model.irVersion) errors.push('the file does not say its IR version');
  if (version < oldestOpset || version > newestOpset)
    errors.push(`opset ${version} is outside ${oldestOpset} to ${newestOpset}`);
  errors.push(...graph.initializer.flatMap(checkTensor), ...checkOrder(graph), ...checkNodes(graph));
  return errors;
}

function checkTensor(tensor: TensorProto): string[] {
  try {
    const size = tensor.dims.reduce((product, dim) => product * dim, 1);
    const { length } = constantOf(tensor).data;
    return length === size
      ? []
      : [`initializer ${tensor.name} has ${length} values, which do not fill [${tensor.dims}]`];
  } catch (error) {
    return [(error as Error).message];
  }
}

function checkNodes(graph: GraphProto): string[] {
  const errors: string[] = [];
  const { node, output } = graph;
  const types = givenTypes(graph);
  for (const each of node) {
    const form = each.domain && each.domain !== 'ai.onnx' ? undefined : operatorForms[each.opType];
    if (!form) continue;
    const wrong = [...checkForm(each, form), ...checkTypes(each, form, types)];
    errors.push(...wrong.map((problem) => `${title(each)} ${problem}`));
  }
  for (const { name, type } of output) {
    const [declared = 0, found = 0] = [type?.tensorType?.elemType, types.get(name)];
    if (declared !== 0 && found !== 0 && declared !== found)
      errors.push(`output ${name} is declared as ${typeName(declared)}, but is ${typeName(found)}`);
  }
  return errors;
}

function checkShapes(model: ModelProto): string[] {
  try {
    const { outputs } = readGraph(model);
    return outputs.flatMap(({ name, shape }, i) => {
      const declared = declaredShape(model.graph!.output[i]);
      if (!declared || agrees(declared, shape)) return [];
      return [`output ${name} is declared as [${declared}], but is [${shape}]`];
    });
  } catch (error) {
    return [(error as Error).message];
  }
}

const declaredShape = ({ type }: ValueInfoProto): Shape | undefined =>
  type?.tensorType?.shape?.dim.map(({ dimValue, dimParam }) => dimValue ?? dimParam ?? '');

/** Names of open axes need not be the same. */
const agrees = (declared: Shape, found: Shape): boolean =>
  sameShape(
    declared.map((dim, i) => (typeof dim === 'string' || typeof found[i] === 'string' ? 1 : dim)),
    found.map((dim, i) => (typeof dim === 'string' || typeof declared[i] === 'string' ? 1 : dim)),
  );
