import type { Config } from './config/config.js';
import { StepcastError } from './errors.js';
import { Learner, type LearnerOptions } from './learning/learner.js';
import { LearningJournal } from './learning/learningJournal.js';
import { startLearning } from './learning/startLearning.js';
import type { Logger } from './log.js';
import type { Clock } from './pipeline/clock.js';

export interface LearnerOfNodeOptions extends Pick<LearnerOptions, 'registry' | 'proposals' | 'onDecision'> {
  readonly clock: Clock;
  readonly log: Logger;
}

/** What learns on this machine, where the configuration lets it. */
export function learnerOfNode(
  { learn, store }: Config,
  { clock, log, ...parts }: LearnerOfNodeOptions,
): Learner | undefined {
  if (!learn.enabled) return undefined;
  return new Learner({
    ...{ ...parts, rules: learn, maxCpu: learn.maxCpu, db: store.path },
    journal: new LearningJournal(`${store.path}-learning.json`),
    learn: (task, signal) => startLearning({ task, signal }),
    nowMs: () => clock.nowMs(),
    elapsedMs: () => clock.elapsedMs(),
    onProblem: (error, series) => {
      const problem = error instanceof StepcastError ? error.line : String(error);
      log.warn({ series, problem }, 'a fine-tune came to nothing');
    },
  });
}
