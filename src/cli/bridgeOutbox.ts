import type { BrokerConnection } from '../mqtt/brokerConnection.js';
import { fieldOfChannel, topicOfDevice } from '../serial/deviceFields.js';
import type { TakenReading } from '../serial/knownDevice.js';

const mostRecords = 64; // of a message
const againMs = 5_000;

interface Pack {
  readonly topic: string;
  readonly payload: Buffer;
  readonly committed?: () => void; // of the last one of a device's batch
  isTaken: boolean;
}

/** Readings on their way to the broker, in order. Of each device, a batch counts as committed when it and all before it were taken. */
export class BridgeOutbox {
  readonly #connection: Pick<BrokerConnection, 'deliver' | 'ready$'>;
  readonly #waiting: Pack[] = [];
  readonly #sent = new Map<string, Pack[]>(); // by topic, not yet committed
  readonly #refused: Pack[] = []; // by the broker: they are offered again
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #ready;
  #onEmpty = (): void => {};

  constructor(connection: Pick<BrokerConnection, 'deliver' | 'ready$'>) {
    this.#connection = connection;
    this.#ready = connection.ready$.subscribe(() => this.#send());
  }

  put(device: string, readings: readonly TakenReading[], committed: () => void): void {
    const topic = topicOfDevice(device);
    for (let at = 0; at < readings.length; at += mostRecords) {
      const isLast = at + mostRecords >= readings.length;
      const payload = packOf(readings.slice(at, at + mostRecords));
      this.#waiting.push({ topic, payload, isTaken: false, ...(isLast && { committed }) });
    }
    this.#send();
  }

  /** Resolves when the broker has everything, or after `withinMs`. */
  emptied(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timers.add(setTimeout(resolve, withinMs));
      this.#onEmpty = resolve;
      this.#tellEmpty();
    });
  }

  stop(): void {
    this.#ready.unsubscribe();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#waiting.length = this.#refused.length = 0;
  }

  #send(): void {
    while (this.#refused.length > 0 && this.#offer(this.#refused[0])) this.#refused.shift();
    while (this.#waiting.length > 0 && this.#offer(this.#waiting[0])) {
      const pack = this.#waiting.shift()!;
      const sent = this.#sent.get(pack.topic);
      if (sent) sent.push(pack);
      else this.#sent.set(pack.topic, [pack]);
    }
  }

  #offer(pack: Pack): boolean {
    const { topic, payload } = pack;
    const message = { topic, payload, retain: false, contentType: 'application/senml+json' };
    return this.#connection.deliver(message, (isTaken) => {
      if (isTaken) this.#taken(pack);
      else
        this.#later(() => {
          this.#refused.push(pack);
          this.#send();
        });
    });
  }

  #taken(pack: Pack): void {
    pack.isTaken = true;
    const sent = this.#sent.get(pack.topic);
    while (sent?.[0]?.isTaken) sent.shift()!.committed?.();
    this.#tellEmpty();
  }

  #tellEmpty(): void {
    if (this.#waiting.length === 0 && [...this.#sent.values()].every((packs) => packs.length === 0)) this.#onEmpty();
  }

  #later(work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, againMs);
    this.#timers.add(timer);
  }
}

/** A SenML pack (RFC 8428): times in seconds, whole milliseconds. */
const packOf = (readings: readonly TakenReading[]): Buffer =>
  Buffer.from(
    JSON.stringify(
      readings.map(({ channel: { label, unit }, tMs, y }) => ({
        ...{ n: fieldOfChannel(label), ...(unit !== '' && { u: unit }), t: tMs / 1000, v: y },
      })),
    ),
  );
