import type { TextOutput } from '../io.js';
import type { RunReport } from '../training/trainingRun.js';

export interface TrainingProgress {
  update(report: RunReport, elapsedMs: number): void;
  end(): void;
}

const lineEveryMs = 10_000;

/** Step, losses, speed and time left: one line redrawn on a terminal, elsewhere one at first and then every ten seconds. Skipped steps are always told. */
export function trainingProgress(output: TextOutput, label: string): TrainingProgress {
  let drawn = false;
  let heldOut: number | undefined;
  let firstMs: number | undefined;
  let firstStep = 0;
  let toldMs = Number.NEGATIVE_INFINITY;
  const erase = (): void => {
    if (drawn) output.write('\r\x1b[K');
    drawn = false;
  };
  return {
    update(report, elapsedMs) {
      const { step, loss, skipped, rate } = report;
      heldOut = report.heldOut ?? heldOut;
      if (firstMs === undefined) [firstMs, firstStep] = [elapsedMs, step];
      if (skipped) {
        erase();
        output.write(
          `${label}: step ${step} was not finite and is skipped; learning rate ${(rate / 2).toPrecision(2)}\n`,
        );
        return;
      }
      const perStepMs = step > firstStep ? (elapsedMs - firstMs) / (step - firstStep) : undefined;
      const losses = `loss ${loss.toFixed(4)}${heldOut === undefined ? '' : ` held out ${heldOut.toFixed(4)}`}`;
      const speed = perStepMs === undefined ? '' : ` ${perStepMs.toFixed(1)} ms a step`;
      const left = perStepMs === undefined ? '' : `, ${duration((report.steps - step) * perStepMs)} left`;
      const text = `${label}: step ${step}/${report.steps} ${losses}${speed}${left}`;
      if (output.isTTY) {
        output.write(`\r${text.slice(0, (output.columns ?? 100) - 1)}\x1b[K`);
        drawn = true;
      } else if (elapsedMs - toldMs >= lineEveryMs) {
        output.write(`${text}\n`);
        toldMs = elapsedMs;
      }
    },
    end: erase,
  };
}

/** Milliseconds as people say them. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
