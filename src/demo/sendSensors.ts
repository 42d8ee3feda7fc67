import type { MachineMetrics } from './machineMetrics.js';
import { type Replay, replayPayload } from './replay.js';

const turnMs = 50;
const liveEveryMs = 1000;
const turnSteps = 250; // at most, so that the live metrics keep their beat at any speed

export interface SensorOptions {
  readonly replays: readonly Replay[];
  readonly metrics: Pick<MachineMetrics, 'sample'>;
  readonly stepsPerSecond: number; // of every replay
  readonly signal: AbortSignal;
  /** Resolves once the broker has the message. */
  readonly publish: (topic: string, payload: string) => Promise<unknown>;
}

/**
 * Sends the recorded streams step by step and this machine's metrics once a second, until `signal` or for ever. What the broker is slow
 * to take is sent later, not piled up: each turn waits for the one before, and makes up for a second at most.
 *
 * @returns how many messages the broker has taken.
 */
export async function sendSensors({
  replays,
  metrics,
  stepsPerSecond,
  signal,
  publish,
}: SensorOptions): Promise<number> {
  const begunMs = performance.now();
  let turnBegunMs = begunMs;
  let liveDueMs = begunMs;
  let due = 1; // steps of every replay, so far; the first at once
  let sent = 0;
  let taken = 0;
  while (!signal.aborted) {
    const messages: Promise<unknown>[] = [];
    for (; sent < Math.floor(due); sent++) {
      for (const { topic, rows } of replays)
        if (sent < rows.length) messages.push(publish(topic, replayPayload(rows[sent])));
    }
    if (performance.now() >= liveDueMs) {
      liveDueMs += liveEveryMs * Math.ceil((performance.now() - liveDueMs + 1) / liveEveryMs);
      for (const { topic, value } of metrics.sample()) messages.push(publish(topic, String(value)));
    }
    await Promise.all(messages);
    taken += messages.length;
    await pause(turnMs, signal);
    const nowMs = performance.now();
    due = Math.min(due + (stepsPerSecond * Math.min(nowMs - turnBegunMs, 1000)) / 1000, sent + turnSteps);
    turnBegunMs = nowMs;
  }
  return taken;
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
