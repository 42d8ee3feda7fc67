import { setTimeout as delay } from 'node:timers/promises';
import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, significant } from '../support/measurement.js';
import { cpuTime } from '../support/procfs.js';
import { AloneStage } from './aloneStage.js';
import type { DrainStage } from './drainStage.js';
import { FleetStage } from './fleetStage.js';

const quietMs = 10_000; // until it is told of every series that it is silent
const idleMs = 5000;

/**
 * How fast workers work off what waits in their queues, and what a reading costs them once they are warm: `warmUp` readings of each series came
 * before. They hold still while it is published, so that the load takes nothing from them. CPU is per 1,000 readings, the broker’s with the
 * publishing; bytes are those of the database a reading. What a worker costs besides: `startSeconds`, to start and to become warm, and
 * `idleMs` a second while nothing comes.
 */
export const drain = (trial: Trial): Promise<TrialResult> => {
  const [series, workers] = [Number(trial.series), Number(trial.workers)];
  if (workers === 0) return AloneStage.with(series, (stage) => measure(stage, trial));
  return FleetStage.with(series, async (stage) => {
    await stage.startAll(workers);
    return measure(stage, trial);
  });
};

async function measure(stage: DrainStage, { series, warmUp, readings }: Trial): Promise<TrialResult> {
  const { workers } = stage;
  const cpuMs = (): number => workers.reduce((sum, { pid }) => sum + cpuTime(pid).totalMs, 0);

  await stage.publish(Number(warmUp));
  await stage.stored();
  for (const worker of workers) worker.signal('SIGSTOP');
  const before = await stage.servers();
  await stage.publish(Number(readings));
  const [warmMs, began] = [cpuMs(), clockMs()];
  for (const worker of workers) worker.signal('SIGCONT');
  await stage.stored();
  const [doneMs, seconds] = [cpuMs(), (clockMs() - began) / 1000];
  const after = await stage.servers();
  await delay(quietMs);
  const [restMs, restBegan] = [cpuMs(), clockMs()];
  await delay(idleMs);
  const total = Number(series) * Number(readings);
  const readingMs = (doneMs - warmMs) / total;
  return {
    perSecond: Math.round(total / seconds),
    cpuSeconds: significant(readingMs),
    startSeconds: significant((warmMs - readingMs * Number(series) * Number(warmUp)) / 1000 / workers.length),
    idleMs: significant((1000 * (cpuMs() - restMs)) / (clockMs() - restBegan) / workers.length),
    brokerSeconds: significant((after.brokerMs - before.brokerMs) / total),
    postgresSeconds: significant((after.postgresMs - before.postgresMs) / total),
    bytes: Math.round((after.bytes - before.bytes) / total),
  };
}
