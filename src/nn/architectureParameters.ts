import type { Random } from '../series/random.js';
import type { Architecture } from './architecture.js';
import { attentionParameters } from './attention/attention.js';
import type { CellShape } from './cells/cell.js';
import { cells } from './cells/cells.js';
import { decoderHeadParameters } from './heads/decoderHead.js';
import { linearHeadParameters } from './heads/linearHead.js';
import { batchNormParameters } from './norms/batchNorm.js';
import { drawParameter, type ParameterShape, parameterSize, under } from './parameter.js';

/** What each layer's cell is built to, from the bottom up. */
export const layerShapes = (a: Architecture): readonly CellShape[] =>
  Array.from({ length: a.layers }, (_, i) => ({
    inputSize: i === 0 ? a.inputSize : a.hiddenSize,
    hiddenSize: a.hiddenSize,
    activation: a.cellActivation,
    layerNorm: a.cellNorm === 'layer',
  }));

/** Layer 1 has the states of the contract; those above are called h2, c2, … */
export const layerState = (name: string, layer: number): string => (layer === 0 ? name : `${name}${layer + 1}`);

/** Every parameter of a network, in the order in which files carry them. */
export function architectureParameters(a: Architecture): readonly ParameterShape[] {
  const head = a.head === 'linear' ? linearHeadParameters(a) : decoderHeadParameters(a);
  return [
    ...(a.inputNorm === 'batch' ? under('norm', batchNormParameters(a.inputSize)) : []),
    ...layerShapes(a).flatMap((shape, i) => under(`layer${i + 1}`, cells[a.cell].parameters(shape))),
    ...(a.attention === 'none' ? [] : under('attention', attentionParameters(a.attention, a.hiddenSize))),
    ...under('head', head),
  ];
}

/** Numbers that training sets. */
export const parameterCount = (a: Architecture): number =>
  architectureParameters(a).reduce((sum, parameter) => sum + (parameter.running ? 0 : parameterSize(parameter)), 0);

/** Starting numbers: those of the cells uniform within ± 1/√hiddenSize, as PyTorch's; the head's zero. */
export const initialWeights = (a: Architecture, random: Random): Record<string, Float32Array> =>
  Object.fromEntries(
    architectureParameters(a).map((parameter) => [parameter.name, drawParameter(parameter, a.hiddenSize, random)]),
  );

/** Names of the states of a network, in the order of its graph. */
export const stateNames = (a: Architecture): string[] => [
  ...layerShapes(a).flatMap((_, i) => cells[a.cell].states.map((name) => layerState(name, i))),
  ...(a.attention === 'none' ? [] : ['memory', 'filled']),
];
