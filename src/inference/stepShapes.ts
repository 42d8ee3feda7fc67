import { featureWidth } from '../forecast/features.js';
import type { ModelMetadata, StateShape } from '../forecast/modelContract.js';
import { type Dimension, ElementType, type ModelProto, type ValueInfoProto } from '../onnx/modelProto.js';
import type { ContractError } from './contractError.js';

export interface StepShapes {
  readonly featureWidth: number;
  readonly states: readonly StateShape[];
}

/**
 * What the graph of a step model declares, held against its metadata: inputs x and states S, outputs y and S_next, all float32,
 * one batch axis each. An output `attention`, weights by lag, may be there for those who look. Shapes the file leaves open are
 * settled by the stepper's trial run. @throws what `fail` makes.
 */
export function stepShapes(proto: ModelProto, metadata: ModelMetadata, fail: ContractError): StepShapes {
  const graph = proto.graph!;
  const weights = new Set(graph.initializer.map(({ name }) => name));
  if (graph.initializer.some(({ dataLocation }) => dataLocation === 1)) {
    throw fail('its weights are in another file', 'export it with the weights inside');
  }
  const inputs = new Map(graph.input.filter(({ name }) => !weights.has(name)).map((info) => [info.name, info]));
  const outputs = new Map(graph.output.map((info) => [info.name, info]));
  for (const info of [...inputs.values(), ...outputs.values()]) {
    if (info.type?.tensorType?.elemType !== ElementType.float32) throw fail(`${info.name} is not float32`);
  }

  const x = dimsOf(inputs.get('x'));
  if (!x) throw fail('it has no input x');
  const width = featureWidth(metadata.features, metadata.horizon, metadata.covariates);
  if (x.length !== 2 || isFixed(x[0]) || (isFixed(x[1]) && x[1].dimValue !== width)) {
    throw fail(`x is ${show(x)}, but its features make [batch, ${width}]`);
  }
  const y = dimsOf(outputs.get('y'));
  if (!y) throw fail('it has no output y');
  const expected = [undefined, metadata.horizon, metadata.levels.length];
  if (y.length !== 3 || y.some((dim, i) => isFixed(dim) && dim.dimValue !== expected[i])) {
    throw fail(`y is ${show(y)}, not [batch, ${metadata.horizon}, ${metadata.levels.length}]`);
  }

  const states = [...inputs.values()].filter(({ name }) => name !== 'x').map((info) => stateShape(info, outputs, fail));
  const expectedOutputs = new Set(['y', 'attention', ...states.map(({ name }) => `${name}_next`)]);
  for (const name of outputs.keys()) if (!expectedOutputs.has(name)) throw fail(`output ${name} belongs to no state`);
  return { featureWidth: width, states };
}

function stateShape(
  info: ValueInfoProto,
  outputs: ReadonlyMap<string, ValueInfoProto>,
  fail: ContractError,
): StateShape {
  const { name } = info;
  if (!outputs.has(`${name}_next`)) throw fail(`state ${name} has no output ${name}_next`);
  const dims = dimsOf(info) ?? [];
  const open = dims.flatMap((dim, axis) => (isFixed(dim) ? [] : [axis]));
  if (open.length !== 1) throw fail(`state ${name} is ${show(dims)}: it must have exactly one batch axis`);
  const next = dimsOf(outputs.get(`${name}_next`)) ?? [];
  const agrees =
    next.length === dims.length && next.every((dim, i) => !isFixed(dim) || dim.dimValue === dims[i].dimValue);
  if (!agrees) throw fail(`${name}_next is ${show(next)}, but ${name} is ${show(dims)}`);
  const sizes = dims.map((dim) => (isFixed(dim) ? dim.dimValue : -1));
  return { name, dims: sizes, batchAxis: open[0], size: sizes.reduce((size, dim) => (dim < 0 ? size : size * dim), 1) };
}

const dimsOf = (info: ValueInfoProto | undefined): Dimension[] | undefined =>
  info && (info.type?.tensorType?.shape?.dim ?? []);

const isFixed = (dim: Dimension): dim is { dimValue: number } => dim.dimValue !== undefined && dim.dimValue > 0;

const show = (dims: readonly Dimension[]): string =>
  `[${dims.map((dim) => (isFixed(dim) ? dim.dimValue : dim.dimParam || '?')).join(', ')}]`;
