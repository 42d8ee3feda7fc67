import { Random } from '../../../../src/series/random.js';

export interface SensorMessage {
  readonly topic: string;
  readonly payload: string;
  readonly series: string; // the name the daemon gives it
  readonly tMs: number | undefined; // its own time, if it carries one
  readonly y: number;
}

export interface WorkloadOptions {
  readonly seed: number;
  readonly readings: number; // a series
  readonly timed: number; // series of JSON with a time of their own
  readonly bare?: number; // series of bare numbers; no value comes twice in one of them
  readonly startMs?: number;
}

const minuteMs = 60_000;
const twoDigits = (n: number) => String(n).padStart(3, '0');

/** Readings of many sensors, round after round, each round one of every sensor. The same seed gives the same bytes. */
export const workload = ({
  seed,
  readings,
  timed,
  bare = 0,
  startMs = Date.UTC(2026, 9, 5),
}: WorkloadOptions): SensorMessage[] => {
  const random = new Random(seed);
  const shape = Array.from({ length: timed + bare }, () => ({
    level: random.between(-20, 60),
    swing: random.between(0.5, 8),
    steps: random.between(12, 90),
    phase: random.between(0, 6.28),
  }));
  const messages: SensorMessage[] = [];
  for (let n = 0; n < readings; n++) {
    for (const [index, { level, swing, steps, phase }] of shape.entries()) {
      const value = level + swing * Math.sin(phase + (2 * Math.PI * n) / steps) + 0.2 * swing * random.normal();
      if (index < timed) {
        const topic = `plant/timed/${twoDigits(index)}`;
        const y = Number(value.toFixed(2));
        const tMs = startMs + n * minuteMs + random.integer(2000);
        messages.push({
          topic,
          payload: JSON.stringify({ temperature: y, at: tMs }),
          series: `${topic}.temperature`,
          tMs,
          y,
        });
      } else {
        const topic = `plant/bare/${twoDigits(index - timed)}`;
        const y = Number((Number(value.toFixed(2)) + n * 1e-6).toFixed(6)); // the reading's number stands in its last digits
        messages.push({ topic, payload: String(y), series: topic, tMs: undefined, y });
      }
    }
  }
  return messages;
};

/** Streams of a configuration that take this workload. */
export const workloadStreams = [
  { topic: 'plant/timed/+', value: 'temperature', time: 'at' },
  { topic: 'plant/bare/+', payload: 'number' },
];
