import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, significant, warmUp } from '../support/measurement.js';
import { Stage, watchCpu } from './stage.js';
import type { SubjectKind } from './subject.js';

/**
 * How fast a subject works off what waits at the broker: readings/s from the first to the last answer, which for the daemon
 * means forecast, published, stored and acknowledged. CPU time is stated per reading, since other work on the machine
 * lengthens seconds but not CPU time.
 */
export const backlog = ({ subject, series, readings }: Trial): Promise<TrialResult> =>
  Stage.with({ series: Number(series) }, async (stage) => {
    await stage.start(subject as SubjectKind);
    await stage.queue(Math.max(warmUp.readings, 2 * Number(series)));
    await stage.release();
    await stage.queue(Number(readings));
    const busy = watchCpu(stage);
    const began = clockMs();
    await stage.release();
    const seconds = (clockMs() - began) / 1000;
    const { subject: own, broker, driver } = busy();
    const each = (ms: number): number => significant((1000 * ms) / Number(readings));
    await stage.verify();
    return {
      perSecond: Math.round(Number(readings) / seconds),
      mainMicros: each(own.mainMs),
      otherMicros: each(own.totalMs - own.mainMs),
      brokerMicros: each(broker.totalMs),
      driverMicros: each(driver.totalMs),
      mainShare: significant(own.mainMs / 1000 / seconds),
    };
  });
