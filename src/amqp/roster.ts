import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel } from 'amqplib';
import { type Hello, helloBytes, parseHello } from './hello.js';

export interface RosterOptions {
  readonly group: string;
  readonly exchange: string; // fanout
  readonly worker: number;
  readonly workers: number;
  /** A worker has registered anew: told once for each of its connections. */
  readonly onReturn: (of: Pick<Hello, 'worker' | 'workers'>) => void;
  readonly onProblem: (message: string, details: object) => void;
}

const everyMs = 5_000;

/** Who of the fleet is there: says hello, and hears the others say it. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #seen = new Map<string, string>(); // the incarnation of each place
  #channel: Channel | undefined;
  #incarnation = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** Listens, from now until the connection ends. */
  async join(connection: ChannelModel): Promise<void> {
    const { group, exchange, onProblem } = this.#options;
    this.#incarnation = randomUUID();
    const channel = await connection.createChannel();
    channel.on('error', (error) => onProblem('workers do not hear of one another', { problem: error.message }));
    const queue = `stepcast.${group}.worker.${this.#incarnation}`;
    await channel.assertQueue(queue, { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(queue, exchange, '');
    await channel.consume(queue, (message) => message && this.#hear(parseHello(message.content)), { noAck: true });
    channel.once('close', () => {
      if (this.#channel === channel) this.leave();
    });
    this.#channel = channel;
  }

  /** Says hello, and again every few seconds. */
  greet(): void {
    const { exchange, worker, workers } = this.#options;
    this.leave();
    const say = (): void => {
      this.#channel?.publish(exchange, '', helloBytes({ worker, workers, incarnation: this.#incarnation }));
    };
    say();
    this.#timer = setInterval(say, everyMs);
  }

  /** Says no more. */
  leave(): void {
    clearInterval(this.#timer);
  }

  #hear(said: Hello | undefined): void {
    const { worker, workers, onReturn, onProblem } = this.#options;
    if (!said || said.incarnation === this.#incarnation) return;
    const place = `${said.worker} of ${said.workers}`;
    if (this.#seen.get(place) === said.incarnation) return;
    this.#seen.set(place, said.incarnation);
    const isOurs = said.worker === worker && said.workers === workers;
    if (isOurs || said.workers !== workers)
      onProblem('another worker has a place that does not go with this one', {
        theirs: place,
        ours: `${worker} of ${workers}`,
      });
    if (!isOurs) onReturn(said);
  }
}
