import type { Loss } from '../nn/losses/loss.js';
import { type LossName, losses } from '../nn/losses/losses.js';
import type { Optimiser } from '../nn/optimisers/optimiser.js';
import { optimisers } from '../nn/optimisers/optimisers.js';
import { constant } from '../nn/schedules/constant.js';
import { cosine } from '../nn/schedules/cosine.js';
import type { Schedule } from '../nn/schedules/schedule.js';
import { stepDecay } from '../nn/schedules/stepDecay.js';
import { warmUp } from '../nn/schedules/warmUp.js';
import type { Label } from './labelSequences.js';
import type { TrainJob } from './trainJob.js';

export const lossNameOf = ({ loss }: TrainJob, label: Label | undefined): LossName =>
  loss ?? (label && 'classes' in label ? 'cross-entropy' : 'pinball');

export function lossOf(job: TrainJob, label: Label | undefined): Loss {
  return losses[lossNameOf(job, label)]({ levels: job.levels, delta: job.delta });
}

export function optimiserOf({ optimiser, momentum, weightDecay }: TrainJob): Optimiser {
  if (optimiser === 'sgd' || optimiser === 'rmsprop') return optimisers[optimiser]({ momentum, weightDecay });
  return optimisers[optimiser]({ weightDecay });
}

/** The rate over `steps` steps: warm-up, then the schedule; `plateau` is constant here, and acts on the held-out loss. */
export function scheduleOf({ schedule, warmUp: rising }: TrainJob, steps: number): Schedule {
  const rest = Math.max(1, steps - rising);
  const after = {
    constant: () => constant,
    plateau: () => constant,
    step: () => stepDecay({ every: Math.max(1, Math.ceil(rest / 3)), factor: 0.3 }),
    cosine: () => cosine({ steps: rest, floor: 0.01 }),
  }[schedule]();
  return rising > 0 ? warmUp({ steps: rising, from: 1 / (rising + 1) }, after) : after;
}

/** Probability that a decoder is told the truth: from `teacherForcing` in a line to 0 at two thirds of the steps (Bengio et al. 2015). */
export const teachingOf =
  ({ teacherForcing }: TrainJob, steps: number) =>
  (step: number): number =>
    Math.max(0, teacherForcing * (1 - step / (steps * (2 / 3))));

/** Near steps count most: 1 + 3/h. */
export const horizonWeights = (horizon: number): number[] => Array.from({ length: horizon }, (_, i) => 1 + 3 / (i + 1));
