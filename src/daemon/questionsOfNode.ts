import type { Config } from '../config/config.js';
import { StepcastError } from '../errors.js';
import type { Questions } from '../http/questions.js';
import { QueryThreads } from './queryThreads.js';

export type QuestionsOfNode = Questions & { stop(): Promise<void> };

/** Who answers what is asked of the database: threads that read the file, where it is one. */
export function questionsOfNode({ store: { path, postgres } }: Config): QuestionsOfNode {
  if (!postgres) return new QueryThreads({ db: path });
  return {
    ask: async () => {
      throw new StepcastError({
        code: 'QUERY_INVALID',
        op: 'query',
        subject: postgres.url,
        message: 'a worker of a fleet answers no questions',
        hint: 'ask PostgreSQL: its views are in docs/fleet.md',
      });
    },
    stop: async () => {},
  };
}
