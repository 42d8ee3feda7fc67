import { createGraphRunner } from '../../src/inference/graphRunner.js';
import { architecture } from '../../src/nn/architecture.js';
import { initialWeights, parameterCount } from '../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../src/nn/buildStepModel.js';
import type { CellKind } from '../../src/nn/cells/cells.js';
import { withLongMemory } from '../../src/nn/longMemory.js';
import { crossEntropy } from '../../src/nn/losses/crossEntropy.js';
import { squaredError } from '../../src/nn/losses/squaredError.js';
import { adam } from '../../src/nn/optimisers/adam.js';
import type { ModelProto } from '../../src/onnx/modelProto.js';
import { Random } from '../../src/series/random.js';
import { HeldOut } from '../../src/training/heldOut.js';
import { Trainer } from '../../src/training/trainer.js';
import { FreshSource } from './freshSource.js';
import { type LagTaskName, lagTasks } from './tasks.js';

export interface LearnOptions {
  readonly task: LagTaskName;
  readonly cell: CellKind;
  readonly lag: number;
  readonly hidden: number;
  readonly steps: number; // at most: it ends when the task is solved
  readonly rate: number;
  readonly batch: number;
  readonly seed: number;
}

export interface Learned {
  readonly share: number; // of what there is to know: 0 knows nothing, 1 everything
  readonly steps: number; // until it was solved, or all
  readonly parameters: number;
  readonly model: ModelProto; // as trained
}

const everySteps = 100;
const solved = 0.95;

/** Trains a network on a task until it is solved, on sequences that are all new, and says how much of it it knows. */
export async function learnTask({ task, cell, lag, hidden, steps, rate, batch, seed }: LearnOptions): Promise<Learned> {
  const { inputSize, classes, sequence } = lagTasks[task];
  const network = architecture({ cell, inputSize, hiddenSize: hidden, classes });
  const random = new Random(seed);
  const step = buildStepModel(network, withLongMemory(network, initialWeights(network, random), lag, random));
  const draw = (random: Random) => sequence(lag, random);
  const loss = classes > 0 ? crossEntropy : squaredError;
  const trainer = new Trainer({
    ...{ step, source: new FreshSource(draw, batch, new Random(seed + 1)), loss, optimiser: adam(), clipNorm: 1 },
    ...{
      lossOn: classes > 0 ? 'every' : 'last',
      rate: () => rate,
      random: new Random(0),
      openGraph: createGraphRunner,
    },
  });
  const unseen = new Random(seed + 2);
  const sequences = Array.from({ length: 256 }, () => draw(unseen));
  const heldOut = new HeldOut({ step, sequences, batch: 256, loss, horizonWeights: [1], openGraph: createGraphRunner });
  let share = 0;
  while (trainer.steps < steps && share < solved) {
    for (let i = 0; i < everySteps; i++) await trainer.step();
    share = await known(heldOut, trainer.weights, classes);
  }
  await trainer.release();
  await heldOut.release();
  const model = buildStepModel(network, trainer.weights);
  return { share, steps: trainer.steps, parameters: parameterCount(network), model };
}

/** Of classes (accuracy − chance) / (1 − chance); of numbers 1 − mean square error / variance. Never below 0. */
async function known(heldOut: HeldOut, weights: Record<string, Float32Array>, classes: number): Promise<number> {
  let [hits, errors, count] = [0, 0, 0];
  await heldOut.loss(weights, (y, target, weight) => {
    for (const [row, actual] of target.entries()) {
      if (weight[row] === 0) continue;
      count++;
      if (classes === 0) errors += (y.data[row] - actual) ** 2;
      else {
        const logits = y.data.subarray(row * classes, (row + 1) * classes);
        if (logits.indexOf(Math.max(...logits)) === actual) hits++;
      }
    }
  });
  const chance = 1 / classes;
  return Math.max(0, classes === 0 ? 1 - errors / count / (1 / 6) : (hits / count - chance) / (1 - chance));
}
