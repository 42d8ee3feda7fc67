import type { Config } from '../config/config.js';
import type { Questions } from '../http/questions.js';
import { QueryThreads } from './queryThreads.js';
import { withCredentials } from './storeOfNode.js';

export type QuestionsOfNode = Questions & { stop(): Promise<void> };

/** Who answers what is asked of the database over MQTT: threads that read it beside whoever writes it. */
export const questionsOfNode = (config: Config): QuestionsOfNode => new QueryThreads({ db: databaseOf(config) });

/** A file, or the address of a database that workers share. */
export const databaseOf = ({ store: { path, postgres } }: Config): string =>
  postgres ? withCredentials(postgres) : path;
