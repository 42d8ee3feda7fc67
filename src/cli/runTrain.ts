import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StepcastError } from '../errors.js';
import type { Io } from '../io.js';
import { readCheckpoint } from '../lab/readCheckpoint.js';
import { startTraining } from '../lab/startTraining.js';
import type { Trained } from '../lab/trainingSession.js';
import { writeDurably } from '../writeDurably.js';
import type { TrainCommand } from './bodies.js';
import { trainingProgress } from './trainingProgress.js';
import { usageError } from './usageError.js';

/** Trains and writes the model. False when it was interrupted: then there is a checkpoint, and no model. */
export async function runTrain(command: TrainCommand, io: Io & { readonly signal: AbortSignal }): Promise<boolean> {
  const { json, resume } = command;
  const about = resume === undefined ? undefined : readCheckpoint(resume).about;
  const job = about?.job ?? command.job!;
  const out = about?.out ?? command.out!;
  checkFolder(out);
  const checkpoint = resume ?? `${out}.checkpoint`;
  const progress = trainingProgress(io.stderr, job.name);
  try {
    const { trained, model } = await startTraining({
      ...{ job, out, checkpoint, resume, signal: io.signal },
      onReport: progress.update,
    }).finally(progress.end);
    const stopped = trained.ended === 'stopped';
    if (stopped) {
      io.stderr.write(`stopped after step ${trained.steps}; go on with: stepcast train --resume ${checkpoint}\n`);
    } else {
      writeDurably(out, model);
      rmSync(checkpoint, { force: true });
    }
    const document = {
      out: stopped ? null : out,
      checkpoint: stopped ? checkpoint : null,
      bytes: model.length,
      ...trained,
    };
    if (json) io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    else if (!stopped) io.stdout.write(summary(out, model.length, trained));
    return !stopped;
  } catch (error) {
    if (error instanceof StepcastError && error.code === 'TRAINING_DIVERGED')
      io.stderr.write(`its last good weights are in ${checkpoint}\n`);
    throw error;
  }
}

function checkFolder(out: string): void {
  const folder = dirname(out);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw usageError('stepcast train', `--out: there is no folder ${folder}`);
}

const ends = {
  steps: 'all its steps',
  patience: 'the held-out part improved no more',
  seconds: 'its time was over',
  stopped: 'it was stopped',
};

function summary(out: string, bytes: number, trained: Trained): string {
  const { answers, ended, steps, bestStep, heldOut, lossName, parameters, cell, rows } = trained;
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const verdict =
    answers.accuracy !== undefined
      ? `${percent(answers.accuracy)} right, ${percent(answers.accuracyOfNothing!)} by always naming the most frequent class`
      : `mean absolute error ${answers.mae!.toFixed(4)}, ${answers.maeOfNothing!.toFixed(4)} by answering 0 (docs/training.md)`;
  return [
    `${out}: ${cell}, ${parameters} parameters, ${bytes} bytes`,
    `steps     ${steps} (${ends[ended]}), best at ${bestStep}, ${rows.training} rows`,
    `held out  ${lossName} ${heldOut?.toFixed(4)} over ${rows.heldOut} rows: ${verdict}`,
    ...(trained.clippedShare > 0 ? [`clip      bit ${percent(trained.clippedShare)}`] : []),
    ...(trained.paddedShare > 0 ? [`padding   ${percent(trained.paddedShare)} of all steps`] : []),
    ...(trained.skipped > 0 ? [`skipped   ${trained.skipped} steps that were not finite`] : []),
    '',
  ].join('\n');
}
