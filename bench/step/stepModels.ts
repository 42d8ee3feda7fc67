import { baseModels } from '../../models/baseModels.js';
import { initialWeights } from '../../src/nn/network.js';
import { stepGraph } from '../../src/nn/stepGraph.js';
import { encodeModel } from '../../src/onnx/codec.js';
import { Random } from '../../src/series/random.js';

/** A step model like the shipped one of that cell, `hidden` units wide, with weights that were never trained. */
export function stepModel(cell: string, hidden: number): Uint8Array {
  const base = baseModels.find(({ metadata }) => metadata.cell === cell);
  if (!base) throw new RangeError(`stepModel: no shipped model has the cell ${cell}`);
  const network = { ...base.network, hiddenSize: hidden };
  return encodeModel(stepGraph(network, initialWeights(network, new Random(base.seed)), base.metadata));
}
