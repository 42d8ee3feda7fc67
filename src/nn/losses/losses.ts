import { absoluteError } from './absoluteError.js';
import { crossEntropy } from './crossEntropy.js';
import { huber } from './huber.js';
import type { Loss } from './loss.js';
import { pinball } from './pinball.js';
import { squaredError } from './squaredError.js';

export interface LossOptions {
  readonly levels: readonly number[];
  readonly delta?: number; // of Huber's
}

/** Every loss by the name it has on the command line. */
export const losses = {
  mse: () => squaredError,
  mae: () => absoluteError,
  huber: ({ delta }) => huber(delta),
  pinball: ({ levels }) => pinball(levels),
  'cross-entropy': () => crossEntropy,
} as const satisfies Record<string, (options: LossOptions) => Loss>;

export type LossName = keyof typeof losses;
