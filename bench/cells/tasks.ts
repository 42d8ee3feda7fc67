import type { Random } from '../../src/series/random.js';
import type { Sequence } from '../../src/training/sequence.js';

/** A problem that can be solved only by what was heard `lag` steps ago. */
export interface LagTask {
  readonly inputSize: number;
  readonly classes: number; // 0: a number is asked for
  readonly sequence: (lag: number, random: Random) => Sequence;
}

/**
 * The adding problem (Hochreiter & Schmidhuber 1997): numbers in [0, 1] with a marker beside them; what is asked for at the end is the
 * sum of the two that were marked, one in the first tenth, one before the middle. Always answering 1 errs by 1/6 in the mean square.
 */
const adding: LagTask = {
  inputSize: 2,
  classes: 0,
  sequence(lag, random) {
    const x = new Float32Array(2 * lag);
    for (let t = 0; t < lag; t++) x[2 * t] = random.uniform();
    const first = random.integer(Math.max(1, Math.floor(lag / 10)));
    const second = first + 1 + random.integer(Math.max(1, Math.floor(lag / 2) - first - 1));
    x[2 * first + 1] = 1;
    x[2 * second + 1] = 1;
    const target = new Float32Array(lag).fill(Number.NaN);
    target[lag - 1] = x[2 * first] + x[2 * second];
    return { length: lag, x, target };
  },
};

const symbols = 8;

/** The copy task with one symbol: one of eight, silence for `lag` steps, a cue, and then the symbol is asked for. Chance is 1/8. */
const copy: LagTask = {
  inputSize: symbols + 1,
  classes: symbols,
  sequence(lag, random) {
    const length = lag + 2;
    const x = new Float32Array(length * (symbols + 1));
    const symbol = random.integer(symbols);
    x[symbol] = 1;
    x[(length - 1) * (symbols + 1) + symbols] = 1; // the cue
    const target = new Float32Array(length).fill(Number.NaN);
    target[length - 1] = symbol;
    return { length, x, target };
  },
};

export const lagTasks = { adding, copy } as const;
export type LagTaskName = keyof typeof lagTasks;
