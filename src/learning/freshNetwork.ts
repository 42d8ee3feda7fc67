import { featureWidth } from '../forecast/features.js';
import type { ModelMetadata } from '../forecast/modelContract.js';
import { architecture } from '../nn/architecture.js';
import { initialWeights } from '../nn/architectureParameters.js';
import { buildStepModel } from '../nn/buildStepModel.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { Random } from '../series/random.js';

const features = ['value', 'diff', 'error', 'day.sin', 'day.cos', 'week.sin', 'week.cos', 'blend'];

export interface FreshNetwork {
  readonly horizon: number; // steps
  readonly hiddenSize: number;
  readonly seed: number;
}

/**
 * A GRU that is to say what the experts of one series leave over, before it has learned anything: it says nothing, its head being
 * zero. Of the quantiles only the median: the intervals around the blend come from calibration.
 */
export function freshNetwork({ horizon, hiddenSize, seed }: FreshNetwork): ModelProto {
  const metadata: ModelMetadata = {
    ...{ contract: 1, cell: 'gru', features, target: 'residual', horizon, levels: [0.5] },
  };
  const network = architecture({
    ...{ cell: 'gru', inputSize: featureWidth(features, horizon), hiddenSize, horizon, levels: metadata.levels },
  });
  return buildStepModel(network, initialWeights(network, new Random(seed)), { metadata });
}
