import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrialResult } from '../support/bench.js';
import { clipNorm, drawnData, features, outputs, type Problem, rate } from './problem.js';
import { stepTimes } from './stepTimes.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../bench/peers'); // seen from the bundle
const install =
  'npm install --prefix bench/peers --no-save --ignore-scripts @tensorflow/tfjs-core@4.22 @tensorflow/tfjs-layers@4.22 @tensorflow/tfjs-backend-wasm@4.22';

interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}
/** As much of TensorFlow.js as is used. */
interface Tfjs {
  setBackend(name: string): Promise<boolean>;
  env(): { set(flag: string, value: boolean): void };
  tensor3d(data: Float32Array, shape: number[]): Tensor;
  transpose(x: Tensor, perm: number[]): Tensor;
  tidy<T>(build: () => T): T;
  variableGrads(f: () => Tensor): { value: Tensor; grads: Record<string, Tensor> };
  train: { adam(rate: number): { applyGradients(grads: Record<string, Tensor>): void } };
  losses: { meanSquaredError(labels: Tensor, answers: Tensor): Tensor };
  addN(parts: Tensor[]): Tensor;
  sum(x: Tensor): Tensor;
  square(x: Tensor): Tensor;
  sqrt(x: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  div(a: number | Tensor, b: Tensor): Tensor;
  maximum(a: Tensor, b: number): Tensor;
}
interface Layers {
  layers: Record<string, (options: object) => object>;
  sequential(options: object): { apply(x: Tensor, options: object): Tensor };
}

/** TensorFlow.js with its layers on its WASM backend: SIMD, one thread. */
export async function tfjs({ cell, hidden, steps, batch, ...rest }: Problem): Promise<TrialResult> {
  const require = createRequire(join(folder, 'package.json'));
  let tf: Tfjs;
  let layers: Layers;
  try {
    tf = require('@tensorflow/tfjs-core') as Tfjs;
    layers = require('@tensorflow/tfjs-layers') as Layers;
    const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
    wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  } catch (error) {
    return { skipped: `no TensorFlow.js (${(error as Error).message.split('\n')[0]}): ${install}` };
  }
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await tf.setBackend('wasm'))) return { skipped: 'the WASM backend of TensorFlow.js does not start' };

  const { x, target } = drawnData({ cell, hidden, steps, batch, ...rest });
  const bySeries = (data: Float32Array, width: number): Tensor =>
    tf.transpose(tf.tensor3d(data, [steps, batch, width]), [1, 0, 2]);
  const [input, labels] = [bySeries(x, features), bySeries(target, outputs)];
  const kind = cell === 'rnn' ? 'simpleRNN' : cell;
  const net = layers.sequential({
    layers: [
      layers.layers[kind]({
        units: hidden,
        returnSequences: true,
        recurrentInitializer: 'glorotNormal', // the usual one needs kernels that the WASM backend has not
        inputShape: [steps, features],
        ...(cell === 'rnn' ? {} : { recurrentActivation: 'sigmoid' }),
      }),
      layers.layers.dense({ units: outputs }),
    ],
  });
  const optimiser = tf.train.adam(rate);
  const times = await stepTimes(async () => {
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() =>
        tf.losses.meanSquaredError(labels, net.apply(input, { training: true })),
      );
      const norm = tf.sqrt(tf.addN(Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)))));
      const factor = tf.div(clipNorm, tf.maximum(norm, clipNorm));
      optimiser.applyGradients(
        Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, tf.mul(gradient, factor)])),
      );
      return value;
    });
    const [value] = await loss.data();
    loss.dispose();
    return value;
  });
  return { ...times };
}
