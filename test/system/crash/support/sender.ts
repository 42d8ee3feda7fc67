import { setTimeout as delay } from 'node:timers/promises';
import mqtt from 'mqtt';
import { eventually } from './eventually.js';

export interface Outgoing {
  readonly topic: string;
  readonly payload: string | Buffer;
}

/** A QoS 1 publisher: what the broker has not acknowledged when the connection ends is sent again, in order. */
export interface Sender {
  /** How many of the messages may have left by now. */
  allow(count: number): void;
  readonly sent: number;
  readonly acknowledged: number;
  /** Stops sending, and resolves once the broker has acknowledged everything sent. */
  pause(): Promise<void>;
  resume(): void;
  /** Everything allowed is sent and acknowledged. */
  settled(withinMs?: number): Promise<void>;
  end(): Promise<void>;
}

export interface SenderOptions {
  readonly port: number;
  readonly clientId: string;
  readonly messages: readonly Outgoing[];
  readonly ratePerSecond: number;
  readonly window?: number; // unacknowledged at most
}

export const startSender = async ({
  port,
  clientId,
  messages,
  ratePerSecond,
  window = 200,
}: SenderOptions): Promise<Sender> => {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    clientId,
    clean: false,
    reconnectPeriod: 100,
    protocolVersion: 4,
  });
  client.on('error', () => {});
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  let allowed = 0;
  let sent = 0;
  let acknowledged = 0;
  let paused = false;
  let ended = false;

  const run = async () => {
    let credit = 0;
    let before = performance.now();
    while (!ended) {
      const now = performance.now();
      credit = Math.min(credit + ((now - before) / 1000) * ratePerSecond, ratePerSecond / 10);
      before = now;
      while (credit >= 1 && !paused && sent < Math.min(allowed, messages.length) && sent - acknowledged < window) {
        const { topic, payload } = messages[sent++];
        credit--;
        client.publish(topic, payload, { qos: 1 }, (error) => {
          if (!error) acknowledged++;
        });
      }
      await delay(5);
    }
  };
  const running = run();
  const quiet = () => acknowledged === sent;

  return {
    allow: (count) => {
      allowed = count;
    },
    get sent() {
      return sent;
    },
    get acknowledged() {
      return acknowledged;
    },
    pause: async () => {
      paused = true;
      await eventually('the broker acknowledges what was sent', quiet);
    },
    resume: () => {
      paused = false;
    },
    settled: (withinMs = 60_000) =>
      eventually(
        'everything is sent and acknowledged',
        () => quiet() && sent === Math.min(allowed, messages.length),
        withinMs,
      ),
    end: async () => {
      ended = true;
      await running;
      await client.endAsync(true);
    },
  };
};
