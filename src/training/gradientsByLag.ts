import { pinball } from '../nn/losses/pinball.js';
import { sgd } from '../nn/optimisers/sgd.js';
import { trainingGraph } from '../nn/trainingGraph.js';
import { encodeForRun } from '../onnx/encodeForRun.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { Random } from '../series/random.js';
import type { Batch } from './batch.js';
import type { FloatArray, OpenGraph } from './graphRunner.js';
import { perStepInputs } from './perStepInputs.js';
import { RecurrentStates } from './recurrentStates.js';
import { stateLayouts } from './stateLayouts.js';

export interface LagNorms {
  readonly state: string;
  readonly norms: readonly number[]; // by lag: 0 is the state that answered
}

/**
 * How much the loss of the last answer hangs on the states before it: for each state S and lag k the mean over the batch of
 *
 *     ‖dL/dS_{T−k}‖,   k = 0 … T
 *
 * Falling fast it is a vanishing gradient, rising an exploding one. `levels` are those of y.
 *
 * @throws {TypeError} for a model through which no gradient flows: the operator and the node are named.
 */
export async function gradientsByLag(
  step: ModelProto,
  batch: Batch,
  levels: readonly number[],
  openGraph: OpenGraph,
): Promise<LagNorms[]> {
  const layouts = stateLayouts(step);
  if (layouts.length === 0) throw new TypeError('it has no recurrent state');
  const graph = trainingGraph({
    ...{ step, steps: batch.steps, batch: batch.batch, loss: pinball(levels), lossOn: 'last' },
    ...{ optimiser: sgd(), stateGradients: true },
  });
  const states = new RecurrentStates(layouts);
  states.clear(batch.batch);
  const horizon = batch.target.length / (batch.steps * batch.batch);
  const last = (data: Float32Array): FloatArray => ({
    data: data.subarray(data.length - batch.batch * horizon),
    dims: [batch.batch, horizon],
  });
  const runner = await openGraph(encodeForRun(graph.model));
  const results = await runner.run({
    ...perStepInputs(graph.perStep, batch, { dropout: 0, teacherForcing: 0 }, new Random(0)),
    ...states.feeds,
    ...Object.fromEntries(graph.weights.map(({ name, dims, data }) => [name, { data, dims }])),
    ...{ target: last(batch.target), weight: last(batch.weight) },
    ...{ rate: { data: Float32Array.of(0), dims: [] }, t: { data: Float32Array.of(1), dims: [] } },
  });
  await runner.release();
  return layouts
    .filter(({ name }) => results[`grad.${name}`])
    .map(({ name, dims }) => ({
      state: name,
      norms: normsOf(results[`grad.${name}`], dims.indexOf(-1) + 1).reverse(),
    }));
}

/** The mean over the batch of the Euclidean norms, for each entry of the outermost axis. */
function normsOf({ data, dims }: FloatArray, batchAxis: number): number[] {
  const size = (list: readonly number[]): number => list.reduce((product, dim) => product * dim, 1);
  const inner = size(dims.slice(batchAxis + 1));
  const stride = size(dims.slice(1));
  return Array.from({ length: dims[0] }, (_, t) => {
    const squares = new Float64Array(dims[batchAxis]);
    for (let i = 0; i < stride; i++) squares[Math.floor(i / inner) % squares.length] += data[t * stride + i] ** 2;
    return squares.reduce((sum, square) => sum + Math.sqrt(square), 0) / squares.length;
  });
}
