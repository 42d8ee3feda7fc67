import { type ActivationName, activationNames } from './activation.js';
import { type CellKind, cells } from './cells/cells.js';

/** Columns of x that the head weighs by the state: one a horizon step, or a single one for all steps. */
export interface GatedColumns {
  readonly from: number;
  readonly width: number; // horizon or 1
}

/** A recurrent network as plain data, from which `buildStepModel` makes its graph. */
export interface Architecture {
  readonly cell: CellKind;
  readonly inputSize: number; // columns of x
  readonly hiddenSize: number; // H, of every layer
  readonly layers: number; // 1 to 4, one above the other
  readonly residual: boolean; // each layer but the first gives what it was given plus its own
  readonly cellActivation: ActivationName;
  readonly headActivation: ActivationName | 'none'; // of one more dense layer before the head
  readonly inputNorm: 'none' | 'batch';
  readonly cellNorm: 'none' | 'layer';
  readonly dropout: number; // share of each layer's output left out in training
  readonly attention: 'none' | 'dot' | 'additive'; // over the last layer's past
  readonly memory: number; // hidden states that attention looks back on, the newest included
  readonly head: 'linear' | 'decoder';
  readonly horizon: number; // steps; 1 for many-to-one
  readonly levels: readonly number[]; // of the forecast quantiles
  readonly classes: number; // of a classifier, whose y is [batch, 1, classes] of logits; 0 for forecasts
  readonly gated: readonly GatedColumns[];
  readonly direct: boolean; // a linear head that also reads x itself
  readonly start: number; // column of x that a decoder is fed first; −1 for none, which is 0
}

type Required = 'cell' | 'inputSize' | 'hiddenSize';

/** An architecture, plain where nothing is said: one layer, tanh, a linear head that forecasts the median one step ahead. */
export function architecture(given: Pick<Architecture, Required> & Partial<Architecture>): Architecture {
  const complete: Architecture = {
    layers: 1,
    residual: false,
    cellActivation: 'tanh',
    headActivation: 'none',
    inputNorm: 'none',
    cellNorm: 'none',
    dropout: 0,
    attention: 'none',
    memory: 32,
    head: 'linear',
    horizon: 1,
    levels: [0.5],
    classes: 0,
    gated: [],
    direct: false,
    start: -1,
    ...given,
  };
  const problem = problemOf(complete);
  if (problem) throw new RangeError(`architecture: ${problem}`);
  return complete;
}

/** Numbers that the head gives for each step of the horizon. */
export const outputWidth = ({ classes, levels }: Architecture): number => classes || levels.length;

function problemOf(a: Architecture): string | undefined {
  const counts = { inputSize: a.inputSize, hiddenSize: a.hiddenSize, memory: a.memory, horizon: a.horizon };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1) return `${name} must be a positive integer, got ${value}`;
  }
  const activations = ['none', ...activationNames];
  const choices: [string, string, readonly string[]][] = [
    ['cell', a.cell, Object.keys(cells)],
    ['cellActivation', a.cellActivation, activationNames],
    ['headActivation', a.headActivation, activations],
    ['inputNorm', a.inputNorm, ['none', 'batch']],
    ['cellNorm', a.cellNorm, ['none', 'layer']],
    ['attention', a.attention, ['none', 'dot', 'additive']],
    ['head', a.head, ['linear', 'decoder']],
  ];
  for (const [name, value, known] of choices) {
    if (!known.includes(value)) return `${name} must be one of ${known.join(', ')}, got ${value}`;
  }
  if (!Number.isInteger(a.layers) || a.layers < 1 || a.layers > 4) return `layers must be 1 to 4, got ${a.layers}`;
  if (!(a.dropout >= 0 && a.dropout < 1)) return `dropout must be within [0, 1), got ${a.dropout}`;
  if (a.classes === 0 && a.levels.length === 0) return 'a forecast needs at least one level';
  if (a.classes !== 0 && !(Number.isInteger(a.classes) && a.classes >= 2)) {
    return `classes must be 0 or at least 2, got ${a.classes}`;
  }
  if (a.classes > 0 && (a.horizon !== 1 || a.head === 'decoder')) {
    return 'a classifier has horizon 1 and a linear head';
  }
  if (a.head === 'decoder' && a.direct) return 'direct needs a linear head';
  if (a.start !== -1 && !(Number.isInteger(a.start) && a.start >= 0 && a.start < a.inputSize)) {
    return `start must be −1 or a column of x, got ${a.start}`;
  }
  for (const { from, width } of a.gated) {
    if (width !== 1 && width !== a.horizon) return `gated columns must be 1 or ${a.horizon} wide, got ${width}`;
    if (from < 0 || from + width > a.inputSize) return `gated columns ${from} to ${from + width} are outside x`;
  }
  return undefined;
}
