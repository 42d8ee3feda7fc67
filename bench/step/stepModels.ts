import { baseModels } from '../../models/baseModels.js';
import { initialWeights } from '../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../src/nn/buildStepModel.js';
import { encodeModel } from '../../src/onnx/codec.js';
import { Random } from '../../src/series/random.js';

/** A step model like the shipped one of that cell, `hidden` units wide, with weights that were never trained. */
export function stepModel(cell: string, hidden: number): Uint8Array {
  const base = baseModels.find(({ metadata }) => metadata.cell === cell);
  if (!base) throw new RangeError(`stepModel: no shipped model has the cell ${cell}`);
  const architecture = { ...base.architecture, hiddenSize: hidden };
  const weights = initialWeights(architecture, new Random(base.seed));
  return encodeModel(buildStepModel(architecture, weights, { metadata: base.metadata }));
}
