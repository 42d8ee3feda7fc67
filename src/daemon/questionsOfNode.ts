import type { Config } from '../config/config.js';
import type { Questions } from '../http/questions.js';
import { QueryThreads } from './queryThreads.js';
import { withCredentials } from './storeOfNode.js';

export type QuestionsOfNode = Questions & { stop(): Promise<void> };

/** Who answers what is asked of the database: threads that read it beside whoever writes it. */
export const questionsOfNode = ({ store: { path, postgres } }: Config): QuestionsOfNode =>
  new QueryThreads({ db: postgres ? withCredentials(postgres) : path });
