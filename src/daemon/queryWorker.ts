/*
 * A thread that answers questions. It reads the database itself, beside the daemon that writes it, and gives its answers as the text that is
 * sent: the main thread neither builds nor copies them.
 */
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { isPostgres, shownDatabase } from '../config/postgresAddress.js';
import { StepcastError } from '../errors.js';
import type { Answer, Question } from '../http/questions.js';
import { yieldToOthers } from '../learning/ownThread.js';
import { openPostgresReader, type PostgresReader } from '../postgres/postgresReader.js';
import { openForReading } from '../storage/openDatabase.js';
import { toStoreError } from '../storage/storeError.js';
import { answerFromPostgres } from './answerFromPostgres.js';
import { Answerer, type Rows, TakesLonger } from './answerQuestion.js';
import type { QueryFailure, QueryReply, QueryRequest, QueryThreadOptions } from './queryProtocol.js';

const { db: path, yields, ...budget } = workerData as QueryThreadOptions;
const subject = shownDatabase(path);
const port = parentPort!;
const answers = isPostgres(path) ? fromPostgres() : fromFile();

if (yields) yieldToOthers();
port.on('message', async ({ id, question }: QueryRequest) => {
  try {
    const encoded = encode(await answers.of(question));
    port.postMessage({ id, answer: encoded } satisfies QueryReply, [encoded.json.buffer as ArrayBuffer]);
  } catch (error) {
    if (error instanceof TakesLonger) return port.postMessage({ id, handedOver: true } satisfies QueryReply);
    if (!isOurs(error)) answers.close(); // whatever it is, the next question begins with a new connection
    port.postMessage({ id, failure: failureOf(answers.problem(error)) } satisfies QueryReply);
  }
});

interface Answering {
  of(question: Question): Rows | Promise<Rows>;
  problem(error: unknown): unknown; // in words, where it is known
  close(): void;
}

function fromFile(): Answering {
  let db: Database | undefined;
  let answerer: Answerer | undefined;
  return {
    of(question) {
      answerer ??= new Answerer((db = openForReading(path)), budget);
      return answerer.answer(question);
    },
    problem: (error) => toStoreError('read', path, error),
    close() {
      db?.close();
      db = answerer = undefined;
    },
  };
}

function fromPostgres(): Answering {
  let reader: PostgresReader | undefined;
  return {
    async of(question) {
      reader ??= await openPostgresReader(path);
      return answerFromPostgres(reader, question, budget);
    },
    problem: (error) => error,
    close() {
      reader?.close().catch(() => {});
      reader = undefined;
    },
  };
}

function encode({ rows, next }: Rows): Answer {
  const json = new TextEncoder().encode(JSON.stringify(rows));
  const etag = `"${createHash('sha1').update(json).digest('base64url')}"`;
  return { json, rows: rows.length, etag, ...(next !== undefined && { next }) };
}

const isOurs = (error: unknown): boolean =>
  error instanceof StepcastError && (error.code === 'SERIES_UNKNOWN' || error.code === 'QUERY_TOO_COSTLY');

function failureOf(error: unknown): QueryFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StepcastError)) return { op: 'read', subject, message };
  const { code, op, hint } = error;
  return { code, op, subject: error.subject, message, hint };
}
