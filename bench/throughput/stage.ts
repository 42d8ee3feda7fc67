import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Mosquitto, startMosquitto } from '../../test/system/support/mosquitto.js';
import { clockMs } from '../support/measurement.js';
import { type CpuTime, cpuSince, cpuTime } from '../support/procfs.js';
import { leftInSession } from './leftInSession.js';
import { openRawClient, type RawClient } from './rawClient.js';
import { Readings, type ReadingsOptions } from './readings.js';
import { StoredReadings } from './storedReadings.js';
import { type Subject, type SubjectKind, type SubjectOptions, startSubject } from './subject.js';

const longestMs = 180_000; // of any wait
const pollMs = 5;

/** A broker, a publisher, a counter of answers and a subject between them; all on this machine, gone afterwards. */
export class Stage {
  readonly broker: Mosquitto;
  readonly dir: string; // the subject's own
  readonly readings: Readings;
  readonly publisher: RawClient;
  readonly counter: RawClient;
  #subject: Subject | undefined;
  #stored: StoredReadings | undefined;
  #before = { taken: 0, received: 0, stored: 0 }; // what was there when the subject had started

  private constructor(broker: Mosquitto, readings: Readings, publisher: RawClient, counter: RawClient) {
    this.broker = broker;
    this.dir = mkdtempSync(join(tmpdir(), 'stepcast-bench-'));
    this.readings = readings;
    this.publisher = publisher;
    this.counter = counter;
  }

  /** Runs `use` on a stage of its own. */
  static async with<T>(options: ReadingsOptions, use: (stage: Stage) => Promise<T>): Promise<T> {
    const broker = await startMosquitto({
      config: ['max_queued_messages 0', 'max_inflight_messages 0', 'set_tcp_nodelay true'],
    });
    const clients = [
      await openRawClient(broker.port, 'bench-publisher'),
      await openRawClient(broker.port, 'bench-counter'),
    ];
    const stage = new Stage(broker, new Readings(options), clients[0], clients[1]);
    try {
      return await use(stage);
    } finally {
      stage.#stored?.close();
      for (const client of clients) client.end();
      await broker.stop();
      rmSync(stage.dir, { recursive: true, force: true });
    }
  }

  get subject(): Subject {
    if (!this.#subject) throw new TypeError('Stage: no subject was started');
    return this.#subject;
  }

  /** Starts a subject, and returns once it has answered a reading. */
  async start(kind: SubjectKind, options: Omit<SubjectOptions, 'url' | 'dir'> = {}): Promise<void> {
    this.launch(kind, options);
    await this.counter.subscribe(this.subject.outputs);
    await this.firstAnswer(() => this.counter.received > 0);
    await this.#quiet();
    this.#before = { taken: this.readings.taken, received: this.counter.received, stored: 0 };
    const { database } = this.subject;
    if (database === undefined) return;
    this.#stored = new StoredReadings(database);
    this.#before.stored = this.#stored.lastId;
  }

  launch(kind: SubjectKind, options: Omit<SubjectOptions, 'url' | 'dir'> = {}): void {
    this.#subject = startSubject(kind, { ...options, url: this.broker.url, dir: this.dir });
  }

  /** Publishes a reading every few milliseconds until one is answered: those before the subscription go nowhere. */
  async firstAnswer(answered: () => boolean): Promise<void> {
    for (const began = clockMs(); !answered(); await delay(pollMs)) {
      this.subject.signal('SIGCONT'); // throws when it is gone
      if (clockMs() - began > longestMs) throw new Error(`no answer:\n${this.subject.log()}`);
      this.publisher.write(this.readings.probe);
    }
  }

  /** Has the broker queue `count` readings while the subject stands still, so that the publisher takes no part in what follows. */
  async queue(count: number): Promise<void> {
    this.subject.signal('SIGSTOP');
    const acknowledged = this.publisher.acknowledged + count;
    this.publisher.write(this.readings.take(count));
    await until('the broker has taken the readings', () => this.publisher.acknowledged >= acknowledged);
  }

  /** Lets the subject go, until every reading published so far is answered, and by the daemon stored. */
  async release(): Promise<void> {
    this.subject.signal('SIGCONT');
    await this.answered();
  }

  async answered(): Promise<void> {
    const { taken, received, stored } = this.#before;
    const expected = this.readings.taken - taken;
    await until('every reading is answered', () => this.counter.received - received >= expected);
    const log = this.#stored;
    if (log) await until('every reading is stored', () => log.lastId - stored >= expected);
  }

  /**
   * Ends the subject, and holds what it left against what was published.
   *
   * @throws {Error} when an answer or a stored reading is missing or too many, or the broker holds one that was not acknowledged.
   */
  async verify(): Promise<void> {
    const { taken, received, stored } = this.#before;
    const expected = this.readings.taken - taken;
    const { clientId, database } = this.subject;
    await this.subject.stop();
    equal('answers', this.counter.received - received, expected);
    if (database !== undefined) {
      const log = new StoredReadings(database);
      equal('stored readings', log.count('reading') - stored, expected);
      equal('stored forecasts', log.count('forecast') - stored, expected);
      log.close();
    }
    equal('readings left unacknowledged', await leftInSession(this.broker.url, clientId), 0);
  }

  /** Until nothing more has come for longer than a group of readings waits for its commit. */
  async #quiet(): Promise<void> {
    for (let received = -1; received !== this.counter.received; await delay(500)) received = this.counter.received;
  }
}

function equal(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${found} ${what}, expected ${expected}`);
}

export interface Busy {
  readonly subject: CpuTime;
  readonly broker: CpuTime;
  readonly driver: CpuTime;
}

/** CPU time of all that take part from now until the returned function is called. */
export function watchCpu({ subject, broker }: Stage): () => Busy {
  const pids = { subject: subject.pid, broker: broker.pid, driver: process.pid };
  const before = { subject: cpuTime(pids.subject), broker: cpuTime(pids.broker), driver: cpuTime(pids.driver) };
  return () => ({
    subject: cpuSince(before.subject, pids.subject),
    broker: cpuSince(before.broker, pids.broker),
    driver: cpuSince(before.driver, pids.driver),
  });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const began = clockMs(); !holds(); await delay(pollMs)) {
    if (clockMs() - began > longestMs) throw new Error(`gave up waiting until ${what}`);
  }
}
