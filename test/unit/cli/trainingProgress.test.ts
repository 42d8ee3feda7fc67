import { describe, expect, it } from 'vitest';
import { trainingProgress } from '../../../src/cli/trainingProgress.js';

const report = (step: number, heldOut?: number) => ({
  ...{ step, steps: 1000, loss: 0.5, norm: 1, clipped: 0, rate: 0.01, skipped: false, best: null, heldOut },
});

function told(isTTY: boolean, reports: [ReturnType<typeof report>, number][]): string {
  const written: string[] = [];
  const progress = trainingProgress({ write: (text: string) => written.push(text), isTTY, columns: 120 }, 'm');
  for (const [each, elapsedMs] of reports) progress.update(each, elapsedMs);
  progress.end();
  return written.join('');
}

describe('trainingProgress', () => {
  it('redraws one line with the time left on a terminal, and takes it away', () => {
    const text = told(true, [
      [report(1, 0.4), 0],
      [report(101), 5000],
    ]);
    expect(text).toContain('\rm: step 101/1000 loss 0.5000 held out 0.4000 50.0 ms a step, 45 s left\x1b[K');
    expect(text.endsWith('\r\x1b[K')).toBe(true);
    expect(text).not.toContain('\n');
  });

  it('writes a line at first and every ten seconds elsewhere', () => {
    const reports = Array.from({ length: 30 }, (_, i): [ReturnType<typeof report>, number] => [
      report(i + 1),
      1000 * i,
    ]);
    expect(told(false, reports).match(/\n/g)).toHaveLength(3);
  });

  it('always tells of a step that was skipped', () => {
    expect(told(false, [[{ ...report(7), skipped: true }, 0]])).toBe(
      'm: step 7 was not finite and is skipped; learning rate 0.0050\n',
    );
  });
});
