import { StepcastError } from '../../src/errors.js';
import type { DeviceNetwork } from '../../src/firmware/deviceNetwork.js';
import { quantise } from '../../src/firmware/quantise.js';
import { readNetwork } from '../../src/firmware/readNetwork.js';
import { writeBlob } from '../../src/firmware/writeBlob.js';
import type { ModelMetadata } from '../../src/forecast/modelContract.js';
import { type Architecture, architecture } from '../../src/nn/architecture.js';
import { architectureParameters } from '../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../src/nn/buildStepModel.js';
import { drawParameter } from '../../src/nn/parameter.js';
import { Random } from '../../src/series/random.js';

const columnNames = ['value', 'diff', 'missing', 'elapsed', 'day.sin', 'day.cos', 'week.sin', 'week.cos', 'weekend'];

export const refuse = (message: string, hint = ''): StepcastError =>
  new StepcastError({ code: 'MODEL_UNFIT', op: 'export', subject: 'model.onnx', message, hint });

export interface DrawnModel extends Partial<Omit<Architecture, 'cell'>> {
  readonly cell: Architecture['cell'];
  readonly hidden: number;
  readonly columns: number;
  readonly horizon: number;
  readonly scale?: number; // of the weights, in what training would start from
}

/** A step model with drawn weights, the head's too, as a file and as the network read from it. */
export function drawnModel({ cell, hidden, columns, horizon, scale = 1, ...more }: DrawnModel) {
  const levels = [0.1, 0.5, 0.9].slice(0, horizon === 1 ? 1 : 3);
  const a = architecture({ cell, inputSize: columns, hiddenSize: hidden, horizon, levels, ...more });
  const random = new Random(3);
  const weights = Object.fromEntries(
    architectureParameters(a).map((parameter) => {
      const drawn = drawParameter({ ...parameter, scale: scale * (parameter.scale || 1) }, hidden, random);
      return [parameter.name, parameter.name === 'norm.variance' ? drawn.map((each) => Math.abs(each)) : drawn];
    }),
  );
  const features = columnNames.slice(0, columns);
  const metadata: ModelMetadata = { contract: 1, cell, features, target: 'change', horizon, levels };
  const proto = buildStepModel(a, weights, { metadata });
  return { proto, metadata, network: readNetwork(proto, metadata, refuse) };
}

/** Rows of x within ±2, drawn. */
export const drawnRows = ({ columns }: Pick<DeviceNetwork, 'columns'>, steps: number, seed = 5): Float32Array => {
  const random = new Random(seed);
  return Float32Array.from({ length: steps * columns }, () => 4 * random.uniform() - 2);
};

/** The blob of a drawn model. */
export function drawnBlob({
  kind,
  ...model
}: DrawnModel & { readonly kind: 'int8' | 'float' }): Uint8Array<ArrayBuffer> {
  const { network, metadata } = drawnModel(model);
  return writeBlob({
    ...{ network, metadata, season: 0, golden: drawnRows(network, 4) },
    ...(kind === 'int8' && { quantised: quantise(network, refuse) }),
    identity: { name: 'drawn', version: 1, sha256: '0'.repeat(64) },
  });
}
