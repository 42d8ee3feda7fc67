import type { PipelineObserver } from '../pipeline/pipeline.js';

/** All that look on, as one. */
export const observers = (...all: readonly (PipelineObserver | undefined)[]): PipelineObserver => {
  const present = all.flatMap((one) => one ?? []);
  return {
    turn: (turn) => {
      for (const one of present) one.turn(turn);
    },
    committing: () => {
      for (const one of present) one.committing();
    },
    committed: (durationMs) => {
      for (const one of present) one.committed(durationMs);
    },
  };
};
