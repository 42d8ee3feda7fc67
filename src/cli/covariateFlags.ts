import type { Command } from 'commander';
import type { TableCovariate } from '../training/tableCovariates.js';
import { columnByName, numberByName } from './optionParsers.js';
import { usageError } from './usageError.js';

/** What `train`, `compare` and `backtest` are told of other columns. */
export interface CovariateFlags {
  covariate?: Record<string, string>;
  future?: Record<string, string>;
  static?: Record<string, number>;
}

export const addCovariateOptions = (command: Command): Command =>
  command
    .option(
      '--covariate <name=col>',
      'column to look at, as `covariates` of a stream; may be given several times',
      columnByName,
    )
    .option('--future <name=col>', 'the same of a column known ahead, such as a tariff', columnByName)
    .option('--static <name=number>', 'what is always true of the values, as `static` of a stream', numberByName);

/** @throws {StepcastError} USAGE for a name that stands for two columns. */
export function covariatesOf(command: string, { covariate = {}, future = {} }: CovariateFlags): TableCovariate[] {
  const twice = Object.keys(covariate).find((name) => Object.hasOwn(future, name));
  if (twice !== undefined) throw usageError(command, `--covariate and --future both name ${twice}: give one`);
  const all = { past: covariate, future };
  return (['past', 'future'] as const).flatMap((known) =>
    Object.entries(all[known]).map(([name, column]) => ({ name, column, known })),
  );
}
