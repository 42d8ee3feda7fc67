import { Worker } from 'node:worker_threads';
import { StepcastError } from '../errors.js';
import type { Answer, Question, Questions } from '../http/questions.js';
import type { QueryFailure, QueryReply, QueryRequest, QueryThreadOptions } from './queryProtocol.js';

const mostWaiting = 64; // a lane; more are turned away
const idleMs = 60_000; // a thread that nobody asked for so long is ended
const heapMb = 192;

/** What a question may take; a window of time that takes longer than `briefMs` is handed over. */
export const usualBudget = { briefMs: 25, pageMs: 500, mostMs: 10_000 };

export interface QueryThreadsOptions {
  readonly db: string;
  readonly workerUrl?: URL;
  readonly pageMs?: number;
  readonly mostMs?: number;
  readonly graceMs?: number; // a thread that is so much over that is ended
  readonly here?: { answer(question: Question): Answer | undefined }; // on the thread that asks; undefined: it takes longer than a moment
}

interface Waiting {
  readonly question: Question;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Questions go to one of two threads: those that touch few rows never wait behind those that touch many. Whether a window of time is one or the
 * other shows in the asking: the thread of the brief ones, or `here`, hands over what takes it longer than a moment. Threads begin with the first
 * question and end when there are none for a while.
 */
export class QueryThreads implements Questions {
  readonly #brief: Lane;
  readonly #long: Lane;
  readonly #here: QueryThreadsOptions['here'];

  constructor({ db, workerUrl, here, graceMs = 5000, ...limits }: QueryThreadsOptions) {
    const { pageMs, mostMs } = { ...usualBudget, ...limits };
    this.#here = here;
    const url = workerUrl ?? new URL('./queryWorker.js', import.meta.url);
    this.#brief = new Lane(url, { db, ...usualBudget, pageMs, mostMs, yields: false }, mostMs + graceMs);
    this.#long = new Lane(url, { db, pageMs, mostMs, yields: true }, mostMs + graceMs);
  }

  async ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    const answer =
      this.#here && isOfOneTime(question)
        ? this.#here.answer(question)
        : mayBeBrief(question) && (await this.#brief.ask(question, signal));
    return answer || (await this.#long.ask(question, signal))!;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#brief.stop(), this.#long.stop()]);
  }
}

/** Of one series at a moment, or from one on. */
const isOfOneTime = (question: Question): boolean => {
  if (question.kind === 'forecasts') return typeof question.issued === 'number' || question.fromMs !== undefined;
  if (question.kind === 'readings') return question.fromMs !== undefined;
  return question.kind === 'weights';
};

const mayBeBrief = (question: Question): boolean => {
  if (question.kind === 'series') return question.series !== undefined || !question.accuracy;
  return question.kind === 'decisions' || isOfOneTime(question);
};

class Lane {
  readonly #url: URL;
  readonly #options: QueryThreadOptions;
  readonly #endMs: number;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #asked: Waiting | undefined; // of the thread
  #sequence = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(url: URL, options: QueryThreadOptions, endMs: number) {
    this.#url = url;
    this.#options = options;
    this.#endMs = endMs;
  }

  /** Undefined: it is handed over. */
  ask(question: Question, signal: AbortSignal | undefined): Promise<Answer | undefined> {
    if (this.#stopped) return Promise.reject(failed(question, 'the daemon ends'));
    if (this.#waiting.length >= mostWaiting) return Promise.reject(busy(question));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, signal, resolve, reject });
      this.#next();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const { question, reject } of this.#waiting.splice(0)) reject(failed(question, 'the daemon ends'));
    await this.#worker?.terminate();
  }

  #next(): void {
    if (this.#asked) return;
    clearTimeout(this.#timer);
    let waiting = this.#waiting.shift();
    while (waiting?.signal?.aborted) {
      waiting.reject(waiting.signal.reason);
      waiting = this.#waiting.shift();
    }
    if (!waiting) {
      this.#timer = setTimeout(() => this.#end(), idleMs).unref();
      return;
    }
    this.#asked = waiting;
    this.#worker ??= this.#start();
    this.#worker.postMessage({ id: ++this.#sequence, question: waiting.question } satisfies QueryRequest);
    this.#timer = setTimeout(() => this.#end(overdue(waiting.question)), this.#endMs).unref();
  }

  #start(): Worker {
    const worker = new Worker(this.#url, {
      workerData: this.#options,
      name: 'query',
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    worker.unref();
    worker.on('message', (reply: QueryReply) => {
      const asked = this.#asked;
      if (!asked || reply.id !== this.#sequence) return;
      this.#asked = undefined;
      if ('failure' in reply) asked.reject(errorOf(reply.failure));
      else asked.resolve('answer' in reply ? reply.answer : undefined);
      this.#next();
    });
    const lost = (error: unknown): void => {
      if (this.#worker === worker) this.#end(failed(this.#asked?.question, describe(error)));
    };
    worker.on('error', lost);
    worker.on('exit', () => lost('its thread ended'));
    return worker;
  }

  #end(error?: StepcastError): void {
    const [worker, asked] = [this.#worker, this.#asked];
    this.#worker = this.#asked = undefined;
    void worker?.terminate();
    asked?.reject(error);
    if (!this.#stopped && this.#waiting.length > 0) this.#next();
  }
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function errorOf({ code, op, subject, message, hint }: QueryFailure): Error {
  return code ? new StepcastError({ code, op, subject, message, hint }) : new Error(message);
}

const failed = (question: Question | undefined, message: string): StepcastError =>
  new StepcastError({ code: 'RUNTIME_FAILED', op: 'query', subject: question?.kind ?? 'database', message });

const busy = ({ kind }: Question): StepcastError =>
  new StepcastError({
    ...{ code: 'QUERY_BUSY', op: 'query', subject: kind, message: `${mostWaiting} questions are waiting already` },
    hint: 'ask again in a moment, and fewer at once',
  });

const overdue = ({ kind }: Question): StepcastError =>
  new StepcastError({
    ...{ code: 'QUERY_TOO_COSTLY', op: 'query', subject: kind, message: 'it takes longer than one question may' },
    hint: 'ask for less: a shorter time from= … to=',
  });
