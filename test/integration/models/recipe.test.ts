import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { baseModels } from '../../../models/baseModels.js';
import { medianLoss } from '../../../models/medianLoss.js';
import { drawPrior } from '../../../models/prior.js';
import { trainModel } from '../../../models/trainModel.js';
import { createGraphRunner } from '../../../src/inference/graphRunner.js';
import { loadModel } from '../../../src/inference/loadModel.js';
import { createOrtStepper } from '../../../src/inference/ortStepper.js';
import { horizonWeights } from '../../../src/lab/learningPlan.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import { Random } from '../../../src/series/random.js';
import { HeldOut } from '../../../src/training/heldOut.js';

const folder = fileURLToPath(new URL('../../../models/', import.meta.url));

describe('the shipped models', () => {
  it('are those of the recipe', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
    expect(files.sort()).toEqual(baseModels.map(({ metadata }) => `${metadata.name}.onnx`).sort());
  });

  for (const { metadata } of baseModels) {
    it(`${metadata.name} loads under the contract, and says the same in a batch of any size`, async () => {
      const { model, bytes } = await loadModel(`${folder}${metadata.name}.onnx`);
      expect(model.metadata).toEqual(metadata);
      const stepper = await createOrtStepper(model, bytes, { maxBatch: 33 });
      const random = new Random(8);
      const x = Float32Array.from({ length: 33 * model.featureWidth }, () => random.normal());
      const width = metadata.horizon * metadata.levels.length;
      const answers = async (batch: number): Promise<Float32Array> => {
        const y = new Float32Array(33 * width);
        const states = model.states.map(({ size }) => new Float32Array(33 * size));
        for (let t = 0; t < 5; t++) await stepper.step(batch, { x, states, y });
        return y.subarray(0, batch * width);
      };
      const all = await answers(33);
      expect(all.every(Number.isFinite)).toBe(true);
      for (const batch of [1, 2, 3, 8, 16]) {
        expect(await answers(batch), `batch ${batch}`).toEqual(all.subarray(0, batch * width));
      }
      await stepper.release();
    });
  }
});

describe('the shipped weights', () => {
  const { metadata } = baseModels[0];
  const { judged } = drawPrior({ seed: 77, learned: 0, judged: 24, judgedSteps: 600 }, metadata);

  it.each(baseModels)(
    'of $metadata.name leave less over than the experts do, on series they have never seen',
    async (base) => {
      const step = decodeModel(readFileSync(`${folder}${base.metadata.name}.onnx`));
      const heldOut = new HeldOut({
        ...{ step, sequences: judged, batch: judged.length, loss: pinball(base.metadata.levels) },
        ...{ horizonWeights: horizonWeights(base.metadata.horizon), openGraph: createGraphRunner },
      });
      const ratio = await medianLoss(heldOut, {}, base.metadata.levels);
      await heldOut.release();
      console.log(`${base.metadata.name}: ${ratio.toFixed(4)} of the experts' blend`);
      expect(ratio).toBeLessThan(0.998);
    },
  );
});

describe('trainModel', () => {
  const base = {
    ...baseModels[0],
    metadata: { ...baseModels[0].metadata, target: 'change' as const }, // so few steps learn little of what the experts leave over
    trainingSteps: 120,
    peakRate: 0.03,
    architecture: { ...baseModels[0].architecture, hiddenSize: 4 },
  };
  const prior = drawPrior({ seed: 3, learned: 4, judged: 2, judgedSteps: 200 }, base.metadata);
  const build = async (options: { save?: (bytes: Uint8Array) => void; resume?: Uint8Array } = {}) => {
    const losses: number[] = [];
    const weights = await trainModel(base, prior, {
      report: ({ loss }) => losses.push(loss),
      saveEvery: 50,
      ...options,
    });
    return { bytes: encodeModel(buildStepModel(base.architecture, weights, { metadata: base.metadata })), losses };
  };

  it('learns, and gives the same file for the same specification, interrupted or not', async () => {
    const checkpoints: Uint8Array[] = [];
    const first = await build({ save: (bytes) => checkpoints.push(bytes) });
    expect(checkpoints).toHaveLength(2);
    const resumed = await build({ resume: checkpoints[1] });
    expect(resumed.losses).toEqual(first.losses.slice(100));
    expect(resumed.bytes).toEqual(first.bytes);
    const mean = (losses: number[]): number => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    expect(mean(first.losses.slice(-20))).toBeLessThan(0.95 * mean(first.losses.slice(0, 20)));
  });

  it('refuses the checkpoint of another model', async () => {
    const checkpoints: Uint8Array[] = [];
    await build({ save: (bytes) => checkpoints.push(bytes) });
    const other = { ...base, seed: base.seed + 1 };
    await expect(trainModel(other, prior, { report: () => {}, resume: checkpoints[0] })).rejects.toThrow(
      'is not of this',
    );
  });
});
