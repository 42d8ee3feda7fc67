/*
 * A thread that answers questions. It reads the database itself, beside the daemon that writes it, and gives its answers as the text that is
 * sent: the main thread neither builds nor copies them.
 */
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { StepcastError } from '../errors.js';
import type { Answer, Question } from '../http/questions.js';
import { yieldToOthers } from '../learning/ownThread.js';
import { openForReading } from '../storage/openDatabase.js';
import { toStoreError } from '../storage/storeError.js';
import { Answerer, TakesLonger } from './answerQuestion.js';
import type { QueryFailure, QueryReply, QueryRequest, QueryThreadOptions } from './queryProtocol.js';

const { db: path, yields, ...budget } = workerData as QueryThreadOptions;
const port = parentPort!;
let db: Database | undefined;
let answerer: Answerer | undefined;

if (yields) yieldToOthers();
port.on('message', ({ id, question }: QueryRequest) => {
  try {
    const answer = answerTo(question);
    port.postMessage({ id, answer } satisfies QueryReply, [answer.json.buffer as ArrayBuffer]);
  } catch (error) {
    if (error instanceof TakesLonger) return port.postMessage({ id, handedOver: true } satisfies QueryReply);
    if (!isOurs(error)) close(); // whatever it is, the next question begins with a new connection
    port.postMessage({ id, failure: failureOf(toStoreError('read', path, error)) } satisfies QueryReply);
  }
});

function answerTo(question: Question): Answer {
  answerer ??= new Answerer((db = openForReading(path)), budget);
  const { rows, next } = answerer.answer(question);
  const json = new TextEncoder().encode(JSON.stringify(rows));
  const etag = `"${createHash('sha1').update(json).digest('base64url')}"`;
  return { json, rows: rows.length, etag, ...(next !== undefined && { next }) };
}

function close(): void {
  db?.close();
  db = answerer = undefined;
}

const isOurs = (error: unknown): boolean =>
  error instanceof StepcastError && (error.code === 'SERIES_UNKNOWN' || error.code === 'QUERY_TOO_COSTLY');

function failureOf(error: unknown): QueryFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StepcastError)) return { op: 'read', subject: path, message };
  const { code, op, subject, hint } = error;
  return { code, op, subject, message, hint };
}
