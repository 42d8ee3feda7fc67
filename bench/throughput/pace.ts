import { setTimeout as delay } from 'node:timers/promises';
import { clockMs } from '../support/measurement.js';
import type { Stage } from './stage.js';

export interface PaceOptions {
  readonly rate: number; // readings/s
  readonly seconds: number;
  readonly onSend?: (seriesIndex: number, nowMs: number) => void; // just before a reading leaves
}

/** Publishes at an even pace. An open loop: a slow answer holds up no later reading. */
export async function pace(
  { readings, publisher }: Stage,
  { rate, seconds, onSend = () => {} }: PaceOptions,
): Promise<void> {
  const count = rate * seconds;
  const began = clockMs();
  for (let sent = 0; sent < count; await delay(1)) {
    const now = clockMs();
    const due = Math.min(count, Math.ceil(((now - began) / 1000) * rate));
    const frames: Buffer[] = [];
    for (; sent < due; sent++) {
      onSend(readings.seriesIndex, now);
      frames.push(readings.next());
    }
    if (frames.length > 0) publisher.write(Buffer.concat(frames));
  }
}
