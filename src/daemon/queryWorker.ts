/*
 * A thread that answers questions. It reads the database itself, beside the daemon that writes it, and gives its answers as the text that is
 * sent: who asks neither builds nor copies them.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { isPostgres, shownDatabase } from '../config/postgresAddress.js';
import { StepcastError } from '../errors.js';
import type { Answer, Question } from '../http/questions.js';
import { yieldToOthers } from '../ownThread.js';
import { openPostgresReader, type PostgresReader } from '../postgres/postgresReader.js';
import { answerFromPostgres } from './answerFromPostgres.js';
import { answerOf } from './answerOf.js';
import { FileAnswers, isOurs } from './fileAnswers.js';
import type { QueryFailure, QueryReply, QueryRequest, QueryThreadOptions } from './queryProtocol.js';

const { db: path, yields, ...budget } = workerData as QueryThreadOptions;
const subject = shownDatabase(path);
const port = parentPort!;
const answers = isPostgres(path) ? postgresAnswers() : new FileAnswers(path, budget);

if (yields) yieldToOthers();
port.on('message', async ({ id, question }: QueryRequest) => {
  try {
    const answer = await answers.answer(question);
    if (answer) port.postMessage({ id, answer } satisfies QueryReply, [answer.json.buffer as ArrayBuffer]);
    else port.postMessage({ id, handedOver: true } satisfies QueryReply);
  } catch (error) {
    port.postMessage({ id, failure: failureOf(error) } satisfies QueryReply);
  }
});

function postgresAnswers() {
  let reader: PostgresReader | undefined;
  return {
    async answer(question: Question): Promise<Answer> {
      try {
        reader ??= await openPostgresReader(path);
        return answerOf(await answerFromPostgres(reader, question, budget));
      } catch (error) {
        if (!isOurs(error)) {
          reader?.close().catch(() => {});
          reader = undefined;
        }
        throw error;
      }
    },
  };
}

function failureOf(error: unknown): QueryFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StepcastError)) return { op: 'read', subject, message };
  const { code, op, hint } = error;
  return { code, op, subject: error.subject, message, hint };
}
