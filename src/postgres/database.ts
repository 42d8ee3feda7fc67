import pg from 'pg';
import type { StepcastError } from '../errors.js';
import { passingFailure, postgresError, toPostgresError } from './postgresError.js';

const connectMs = 10_000;
const firstPauseMs = 50;
const longestPauseMs = 2000;

export interface DatabaseOptions {
  readonly url: string;
  readonly connections: number;
  readonly answerMs?: number; // of silence, after which a connection is given up; absent: a question may take as long as it takes
  readonly onProblem?: (problem: StepcastError | undefined) => void;
}

/** The server as this process sees it: a few connections that are made anew when they are lost, and work that is tried again. */
export class Database {
  readonly subject: string; // the URL without its password
  readonly #pool: pg.Pool;
  readonly #onProblem: (problem: StepcastError | undefined) => void;
  readonly #ending = new AbortController();
  readonly #troubled = new Set<string>(); // operations that fail and are tried again

  constructor({ url, connections, answerMs, onProblem = () => {} }: DatabaseOptions) {
    this.subject = withoutPassword(url);
    this.#pool = new pg.Pool({
      ...{ connectionString: url, max: connections, connectionTimeoutMillis: connectMs },
      ...{ keepAlive: true, application_name: 'stepcast', query_timeout: answerMs },
    });
    this.#pool.on('error', () => {}); // of an idle connection: whoever needs one next is told
    this.#onProblem = onProblem;
  }

  /** Work on one connection. @throws {StepcastError} STORE_UNREACHABLE, STORE_REFUSED and the like; tried once. */
  async use<T>(op: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    try {
      return await this.#withClient(work);
    } catch (error) {
      throw toPostgresError(op, this.subject, error);
    }
  }

  /** Work that is tried again, however long the server is away, until it is done or fails for another reason than that. */
  async insist<T>(op: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        const done = await this.#withClient(work);
        this.#settled(op);
        return done;
      } catch (error) {
        const failure = passingFailure(op, this.subject, error);
        if (!failure) throw toPostgresError(op, this.subject, error);
        if (this.#ending.signal.aborted) {
          throw postgresError(
            op,
            this.subject,
            failure.code,
            `closed before it could be done: ${failure.message}`,
            error,
          );
        }
        if (!this.#troubled.has(op)) this.#onProblem(failure);
        this.#troubled.add(op);
        await pause(pauseMs, this.#ending.signal);
      }
    }
  }

  /** What cannot be done now fails from here on. */
  giveUp(): void {
    this.#ending.abort();
  }

  /** Ends the connections, each when what it is at is done. */
  async end(): Promise<void> {
    this.giveUp();
    if (!this.#pool.ending) await this.#pool.end();
  }

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    const ignore = (): void => {}; // a statement under way is told too
    client.on('error', ignore);
    let failed: unknown;
    try {
      return await work(client);
    } catch (error) {
      failed = error;
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(failed !== undefined); // in the middle of a transaction, for all that is known
    }
  }

  #settled(op: string): void {
    if (this.#troubled.delete(op) && this.#troubled.size === 0) this.#onProblem(undefined);
  }
}

/** One transaction; what it commits would survive a power cut of the server. */
export async function transaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN; SET LOCAL synchronous_commit TO on');
  const done = await work();
  await client.query('COMMIT');
  return done;
}

/** The literal of an array of numbers. */
export const numbers = (values: readonly number[]): string => `{${values.join(',')}}`;

const withoutPassword = (url: string): string => {
  try {
    const parsed = new URL(url);
    parsed.password = '';
    parsed.search = '';
    return parsed.href;
  } catch {
    return 'store.url';
  }
};

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
