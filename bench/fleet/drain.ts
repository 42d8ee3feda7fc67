import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, significant } from '../support/measurement.js';
import { cpuSince, cpuTime } from '../support/procfs.js';
import { FleetStage } from './fleetStage.js';

const warmUp = 25; // readings of each series

/**
 * How fast workers work off what waits in their queues, and what a reading costs them. They hold still while it is published, so that the load
 * takes nothing from them. CPU is per 1,000 readings, RabbitMQ’s with the publishing; bytes are those of the database a reading.
 */
export const drain = ({ workers: count, series, readings }: Trial): Promise<TrialResult> =>
  FleetStage.with(Number(series), async (stage) => {
    if (count === 0) await stage.startAlone();
    else for (let worker = 0; worker < Number(count); worker++) await stage.start(worker, Number(count));
    const { workers } = stage;
    await stage.publish(warmUp);
    await stage.stored();
    for (const worker of workers) worker.signal('SIGSTOP');
    const idle = await stage.servers();
    await stage.publish(Number(readings));
    const before = workers.map(({ pid }) => cpuTime(pid));
    const began = clockMs();
    for (const worker of workers) worker.signal('SIGCONT');
    await stage.stored();
    const seconds = (clockMs() - began) / 1000;
    const cpuMs = workers.reduce((sum, { pid }, i) => sum + cpuSince(before[i]!, pid).totalMs, 0);
    const busy = await stage.servers();
    const total = Number(series) * Number(readings);
    return {
      perSecond: Math.round(total / seconds),
      cpuSeconds: significant(cpuMs / total),
      rabbitSeconds: significant((busy.rabbitMs - idle.rabbitMs) / total),
      postgresSeconds: significant((busy.postgresMs - idle.postgresMs) / total),
      bytes: Math.round((busy.bytes - idle.bytes) / total),
    };
  });
