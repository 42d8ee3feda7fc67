import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs, significant } from '../support/measurement.js';
import { Stage } from './stage.js';

const rounds = 400; // every series is past its first snapshot, and they stand at all distances from their last one
const chunk = 100_000;

/** After SIGKILL: how many readings no snapshot covered, how long they took, and how long it was from the start to the next forecast. */
export const replay = ({ series }: Trial): Promise<TrialResult> =>
  Stage.with({ series: Number(series) }, async (stage) => {
    await stage.start('daemon');
    for (let left = rounds * Number(series); left > 0; left -= chunk) {
      await stage.queue(Math.min(left, chunk));
      await stage.release();
    }
    await stage.subject.kill();
    const { received } = stage.counter;
    const began = clockMs();
    stage.launch('daemon');
    await stage.firstAnswer(() => stage.counter.received > received);
    const toForecast = (clockMs() - began) / 1000;
    const restored = stage.subject
      .log()
      .split('\n')
      .filter((line) => line.includes('"state restored"'))
      .map((line) => JSON.parse(line) as { replayed: number; seconds: number })
      .at(-1);
    if (!restored) throw new Error(`nothing was restored:\n${stage.subject.log()}`);
    await stage.subject.stop();
    return { replayed: restored.replayed, seconds: restored.seconds, toForecast: significant(toForecast) };
  });
