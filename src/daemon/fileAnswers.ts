import type { Database } from 'better-sqlite3';
import { StepcastError } from '../errors.js';
import type { Answer, Question } from '../http/questions.js';
import { openForReading } from '../storage/openDatabase.js';
import { toStoreError } from '../storage/storeError.js';
import { answerOf } from './answerOf.js';
import { Answerer, type Budget, TakesLonger } from './answerQuestion.js';

const idleMs = 60_000; // a database that nobody asked for so long is closed

/** Answers from a database file, on the thread that asks. It is opened with the first question, and again after a failure. */
export class FileAnswers {
  readonly #path: string;
  readonly #budget: Budget;
  #db: Database | undefined;
  #answerer: Answerer | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(path: string, budget: Budget) {
    this.#path = path;
    this.#budget = budget;
  }

  /** Undefined: it is for a thread that has more time. @throws {StepcastError} SERIES_UNKNOWN, QUERY_TOO_COSTLY or STORE_*. */
  answer(question: Question): Answer | undefined {
    try {
      this.#answerer ??= new Answerer((this.#db = openForReading(this.#path)), this.#budget);
      this.#idle ??= setTimeout(() => this.close(), idleMs).unref();
      this.#idle.refresh();
      return answerOf(this.#answerer.answer(question));
    } catch (error) {
      if (error instanceof TakesLonger) return undefined;
      if (!isOurs(error)) this.close();
      throw toStoreError('read', this.#path, error);
    }
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#db?.close();
    this.#db = this.#answerer = this.#idle = undefined;
  }
}

/** It says nothing against the connection. */
export const isOurs = (error: unknown): boolean =>
  error instanceof StepcastError && (error.code === 'SERIES_UNKNOWN' || error.code === 'QUERY_TOO_COSTLY');
