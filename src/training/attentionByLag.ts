import { evaluationGraph } from '../nn/evaluationGraph.js';
import { encodeForRun } from '../onnx/encodeForRun.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { Random } from '../series/random.js';
import type { Batch } from './batch.js';
import type { OpenGraph } from './graphRunner.js';
import { perStepInputs } from './perStepInputs.js';
import { RecurrentStates } from './recurrentStates.js';
import { stateLayouts } from './stateLayouts.js';

/**
 * What attention looks at: its mean weight by lag, 0 being the newest state, over the second half of the steps, by when the memory has
 * filled. `step` gives its weights out as `attention` [batch, M].
 */
export async function attentionByLag(step: ModelProto, batch: Batch, openGraph: OpenGraph): Promise<number[]> {
  const { steps, batch: rows } = batch;
  const { model, weights, perStep } = evaluationGraph({ step, steps, batch: rows, lossOn: 'every' });
  const states = new RecurrentStates(stateLayouts(step));
  states.clear(rows);
  const runner = await openGraph(encodeForRun(model));
  const { attention } = await runner.run({
    ...perStepInputs(perStep, batch, { dropout: 0, teacherForcing: 0 }, new Random(0)),
    ...states.feeds,
    ...Object.fromEntries(weights.map(({ name, dims, data }) => [name, { data, dims }])),
  });
  await runner.release();
  const memory = attention.dims[1];
  const from = Math.floor(steps / 2) * rows;
  return Array.from({ length: memory }, (_, lag) => {
    let sum = 0;
    for (let row = from; row < steps * rows; row++) sum += attention.data[row * memory + lag];
    return sum / (steps * rows - from);
  });
}
