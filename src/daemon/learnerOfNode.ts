import type { Config } from '../config/config.js';
import { StepcastError } from '../errors.js';
import { Learner, type LearnerOptions } from '../learning/learner.js';
import { LearningJournal } from '../learning/learningJournal.js';
import { startLearning } from '../learning/startLearning.js';
import { TunedInbox } from '../learning/tunedInbox.js';
import type { Logger } from '../log.js';
import type { Clock } from '../pipeline/clock.js';
import { withCredentials } from './storeOfNode.js';

export interface LearnerOfNodeOptions extends Pick<LearnerOptions, 'registry' | 'proposals' | 'onDecision' | 'turns'> {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * What learns on this machine: by itself where the configuration lets it, and what `tune` has made in any case.
 *
 * @param rules those in force now: asked whenever something is decided
 */
export function learnerOfNode(
  { learn: { scope, mostOwn }, store }: Config,
  rules: () => Config['learn'],
  { clock, log, ...parts }: LearnerOfNodeOptions,
): Learner {
  return new Learner({
    ...{ ...parts, scope, mostOwn, db: store.postgres ? withCredentials(store.postgres) : store.path },
    get rules() {
      const now = rules();
      return now.enabled ? now : undefined;
    },
    get maxCpu() {
      return rules().maxCpu;
    },
    inbox: store.postgres ? undefined : new TunedInbox(store.path),
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
