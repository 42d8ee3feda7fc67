import pg from 'pg';
import { changeChannel } from './modelChanges.js';

const lookMs = 3000; // the net under notices: they are lost with a connection
const answerMs = 10_000;
const lockClass = 0x4d4f_444c; // 'MODL'
const firstPauseMs = 100;
const longestPauseMs = 2000;

export interface SessionOptions {
  readonly url: string;
  /** A notice came, or it is time to look. */
  readonly onLook: () => void;
}

/**
 * One connection that stays, for what belongs to a connection: notices, and locks that the server takes back when the worker that has them dies.
 * Whoever lost the connection has lost its locks. It is made anew by and by.
 */
export class Session {
  readonly #options: SessionOptions;
  #client: pg.Client | undefined;
  #held = new Map<string, () => void>(); // what is called when it is lost
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = firstPauseMs;
  #stopped = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#connect();
  }

  /** Whether this process has the lock now. @param onLost it has it no longer, without having let go */
  async tryLock(name: string, onLost: () => void): Promise<boolean> {
    const client = this.#client;
    if (!client) return false;
    if (this.#held.has(name)) return true;
    try {
      const { rows } = await client.query('SELECT pg_try_advisory_lock($1, hashtext($2)) AS held', [lockClass, name]);
      if (!rows[0].held || this.#client !== client) return false;
      this.#held.set(name, onLost);
      return true;
    } catch {
      return false;
    }
  }

  async unlock(name: string): Promise<void> {
    if (!this.#held.delete(name)) return;
    await this.#client?.query('SELECT pg_advisory_unlock($1, hashtext($2))', [lockClass, name]).catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#held.clear();
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      ...{ connectionString: this.#options.url, connectionTimeoutMillis: answerMs, query_timeout: answerMs },
      ...{ keepAlive: true, application_name: 'stepcast models' },
    });
    const lost = (): void => this.#lost(client);
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', () => this.#options.onLook());
    try {
      await client.connect();
      await client.query(`SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`);
      await client.query(`LISTEN ${changeChannel}`);
    } catch {
      client.end().catch(() => {});
      this.#again();
      return;
    }
    if (this.#stopped) return void client.end().catch(() => {});
    this.#client = client;
    this.#pauseMs = firstPauseMs;
    this.#options.onLook();
    this.#watch(client);
  }

  /** A server that says nothing any more may have given its locks to others. */
  #watch(client: pg.Client): void {
    this.#timer = setTimeout(() => {
      client.query('SELECT 1').then(
        () => {
          if (this.#client !== client) return;
          this.#options.onLook();
          this.#watch(client);
        },
        () => this.#lost(client),
      );
    }, lookMs).unref();
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    clearTimeout(this.#timer);
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const onLost of held) onLost();
    client.end().catch(() => {});
    this.#again();
  }

  #again(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#connect(), this.#pauseMs).unref();
    this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
  }
}
