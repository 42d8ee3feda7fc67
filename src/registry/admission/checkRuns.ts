import { type StepBuffers, type Stepper, stepBuffers } from '../../forecast/stepper.js';
import { extremeRows, extremeSteps, plausibleRows, type Rows } from './trialInputs.js';
import type { TrialCode } from './trialProtocol.js';
import { TrialRefusal } from './trialRefusal.js';

export const trialRows = 64;
const batches = [1, 2, 7]; // beside all the rows
const longSteps = 200; // of few rows
const wideSteps = 5; // of all rows
const fewRows = 2;

/**
 * Whether a model goes on giving finite answers, through hundreds of plausible and extreme steps; gives the same ones again; and gives
 * a row the same ones whatever other rows it is stepped with: the states are compared too. @throws {TrialRefusal}
 */
export async function checkRuns(stepper: Stepper): Promise<void> {
  const long = (): Promise<Bits[]> => answers(stepper, plausibleRows(1), longSteps, fewRows);
  const first = await long();
  await answers(stepper, extremeRows(2), extremeSteps, fewRows);
  compare('determinism', 'the same steps gave another answer the second time', first, await long());

  const together = await answers(stepper, plausibleRows(3), wideSteps, trialRows);
  for (const batch of batches) {
    const alone = await answers(stepper, plausibleRows(3), wideSteps, trialRows, batch);
    compare(
      'batch',
      `rows were answered otherwise in batches of ${batch} than in one of ${trialRows}`,
      together,
      alone,
    );
  }
}

type Bits = Uint32Array;

/** Answers and states after each step of `rows` rows, stepped `batch` at a time. @throws {TrialRefusal} output */
async function answers(stepper: Stepper, next: Rows, steps: number, rows: number, batch = rows): Promise<Bits[]> {
  const { featureWidth, states } = stepper.model;
  const all = stepBuffers(stepper.model, rows);
  const some = stepBuffers(stepper.model, batch);
  const found: Bits[] = [];
  for (let step = 0; step < steps; step++) {
    next(step, all.x, featureWidth);
    for (let from = 0; from < rows; from += batch) {
      const count = Math.min(batch, rows - from);
      const copy = (to: StepBuffers, of: StepBuffers, toRow: number, ofRow: number): void => {
        moved(to.x, of.x, featureWidth, toRow, ofRow, count);
        moved(to.y, of.y, all.y.length / rows, toRow, ofRow, count);
        for (const [i, { size }] of states.entries()) moved(to.states[i], of.states[i], size, toRow, ofRow, count);
      };
      copy(some, all, 0, from);
      await stepper.step(count, some);
      copy(all, some, from, 0);
    }
    for (const values of [all.y, ...all.states]) {
      if (!values.every(Number.isFinite))
        throw new TrialRefusal('output', `at step ${step} it gave a number that is not finite`);
      found.push(new Uint32Array(values.slice().buffer));
    }
  }
  return found;
}

function moved(to: Float32Array, of: Float32Array, size: number, toRow: number, ofRow: number, count: number): void {
  to.set(of.subarray(ofRow * size, (ofRow + count) * size), toRow * size);
}

function compare(code: TrialCode, reason: string, one: readonly Bits[], other: readonly Bits[]): void {
  const differs = one.some((bits, i) => bits.some((value, k) => value !== other[i][k]));
  if (differs) throw new TrialRefusal(code, reason);
}
