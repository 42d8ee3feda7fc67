import type { Trial, TrialResult } from '../support/bench.js';
import { clockMs } from '../support/measurement.js';
import { Stage } from './stage.js';
import type { SubjectKind } from './subject.js';

/** Milliseconds from the start of a process with nothing, no database and no session, to its first answer. Readings come every 5 ms. */
export const start = ({ subject }: Trial): Promise<TrialResult> =>
  Stage.with({ series: 1 }, async (stage) => {
    await stage.counter.subscribe('#');
    let answeredAt = 0;
    stage.counter.onPublish = (bytes, topicStart) => {
      const isAnswer =
        bytes[topicStart] === 'e'.charCodeAt(0) || bytes.subarray(topicStart, topicStart + 24).includes('/forecast/');
      if (isAnswer) answeredAt ||= clockMs();
    };
    const began = clockMs();
    stage.launch(subject as SubjectKind);
    await stage.firstAnswer(() => answeredAt > 0);
    await stage.subject.stop();
    return { ms: Math.round(answeredAt - began) };
  });
