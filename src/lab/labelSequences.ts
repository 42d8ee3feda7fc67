import { StepcastError } from '../errors.js';
import type { Sequence } from '../training/sequence.js';
import type { TrainJob } from './trainJob.js';

/** What the answer of a many-to-one model stands for: one of `classes`, or mean + spread·y. */
export type Label =
  | { readonly column: string; readonly classes: readonly string[] }
  | { readonly column: string; readonly mean: number; readonly spread: number };

/**
 * Sequences that are to be answered once, at their last step, with the label beside them: its number among the classes in the order
 * of the alphabet, or, when the labels are numbers, (label − mean) / spread with mean and spread of those before `split`.
 *
 * @throws {StepcastError} DATA_INVALID when there is nothing to tell apart, or a class that is not learned from.
 */
export function labelSequences(
  sequences: readonly (Sequence | undefined)[],
  labels: readonly string[],
  split: number,
  { label: column, loss, files }: Pick<TrainJob, 'label' | 'loss' | 'files'>,
): { sequences: (Sequence | undefined)[]; label: Label } {
  const learned = labels.slice(0, split);
  const isNumeric = labels.every((text) => text !== '' && Number.isFinite(Number(text)));
  const numbers = isNumeric && loss !== 'cross-entropy';
  const label: Label = numbers ? scaleOf(column!, learned) : { column: column!, classes: [...new Set(learned)].sort() };
  const fail = (message: string): StepcastError =>
    new StepcastError({ code: 'DATA_INVALID', op: 'read', subject: files.join(', '), message });
  if ('classes' in label && label.classes.length < 2) throw fail(`column ${column} names fewer than two classes`);
  const answerOf = (text: string): number => {
    if (!('classes' in label)) return (Number(text) - label.mean) / label.spread;
    const at = label.classes.indexOf(text);
    if (at < 0) throw fail(`class ${JSON.stringify(text)} is only in the held-out part`);
    return at;
  };
  return {
    sequences: sequences.map((sequence, i) => {
      if (!sequence) return undefined;
      const target = new Float32Array(sequence.length).fill(Number.NaN);
      target[sequence.length - 1] = answerOf(labels[i]);
      return { ...sequence, target };
    }),
    label,
  };
}

function scaleOf(column: string, labels: readonly string[]): { column: string; mean: number; spread: number } {
  const values = labels.map(Number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { column, mean, spread: Math.sqrt(variance) || 1 };
}
