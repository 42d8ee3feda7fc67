import { StepcastError } from '../errors.js';
import { createGraphRunner } from '../inference/graphRunner.js';
import { loadModel } from '../inference/loadModel.js';
import { readModelFile } from '../inference/readModelFile.js';
import { attentionByLag } from '../training/attentionByLag.js';
import { gradientsByLag, type LagNorms } from '../training/gradientsByLag.js';
import { type WindowsOptions, windowsOf } from './windowsOf.js';

export interface Inside {
  readonly windows: number;
  readonly steps: number;
  readonly gradients: readonly LagNorms[];
  readonly attention: readonly number[] | undefined; // mean weight by lag
}

/**
 * What happens inside a model on a file: the size of the gradient by lag, and what its attention looks at.
 *
 * @throws {StepcastError} MODEL_UNTRAINABLE when no gradient flows through it, besides those of the model and of the file.
 */
export async function lookInside(path: string, options: WindowsOptions): Promise<Inside> {
  const { model } = await loadModel(path);
  const { proto } = await readModelFile(path);
  const batch = windowsOf(model.metadata, options);
  const gradients = await gradientsByLag(proto, batch, model.metadata.levels, createGraphRunner).catch(
    (cause: unknown) => {
      if (!(cause instanceof TypeError)) throw cause;
      throw new StepcastError({
        code: 'MODEL_UNTRAINABLE',
        op: 'differentiate',
        subject: path,
        message: cause.message,
        hint: 'export it without that, or leave out --gradients',
        cause,
      });
    },
  );
  const attends = proto.graph!.output.some(({ name }) => name === 'attention');
  const attention = attends ? await attentionByLag(proto, batch, createGraphRunner) : undefined;
  return { windows: batch.batch, steps: batch.steps, gradients, attention };
}
