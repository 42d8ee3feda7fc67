import { type Command, InvalidArgumentError } from 'commander';
import { modelsDir } from '../modelsDir.js';
import { type CellKind, cells } from '../nn/cells/cells.js';
import type { Context } from './context.js';
import { list } from './optionParsers.js';
import { jobOf, type TrainFlags } from './trainFlags.js';
import { addTrainingOptions } from './trainOptions.js';
import { untilSignal } from './untilSignal.js';
import { usageError } from './usageError.js';

interface Flags extends TrainFlags {
  cells: CellKind[];
  sizes?: number[];
  out?: string;
  json?: boolean;
}

const cellList = (text: string): CellKind[] => {
  const names = list(text);
  const unknown = names.find((name) => !(name in cells));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`Expected cells of ${Object.keys(cells).join(', ')}, got ${unknown}.`);
  return names as CellKind[];
};

const sizeList = (text: string): number[] => {
  const sizes = list(text).map(Number);
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 1024))
    throw new InvalidArgumentError('Expected hidden sizes from 1 to 1024, such as 16,32.');
  return sizes;
};

export function addCompare(program: Command, { io, bodies }: Context): void {
  const command = program
    .command('compare')
    .description('which structure suits your data: trains each under one budget, and scores it on the rest')
    .argument('<file.csv>', 'one row a step, with a header')
    .option('--cells <a,b>', 'structures to compare', cellList, ['rnn', 'gru', 'lstm'])
    .option('--sizes <a,b>', 'hidden sizes to compare, in place of --hidden', sizeList)
    .option('--out <picture>', 'the picture: NAME writes NAME.svg and NAME.png, NAME.svg or NAME.png that one')
    .option('--json', 'one JSON document');
  addTrainingOptions(command)
    .addHelpText(
      'after',
      `
The budget is --steps (default here: 500), --epochs or --seconds, the same for all; errors are of the held-out end of the file, over
those of persistence: below 1 is better than saying that nothing changes. published: blended with the experts, as the daemon does.

Examples:
  stepcast compare load.csv --value load --cadence 1h
  stepcast compare load.csv --cells gru,lstm --sizes 16,32,64 --seconds 30 --out structures
  stepcast compare load.csv --layers 2 --dropout 0.1 --json`,
    )
    .action(async (file: string, { cells: kinds, sizes, out, json = false, ...flags }: Flags) => {
      if (flags.task === 'many-to-one' || flags.sequence !== undefined)
        throw usageError(
          'stepcast compare',
          'it compares forecasts at every step: leave out --sequence and --task many-to-one',
        );
      const budget = flags.steps ?? (flags.epochs === undefined && flags.seconds === undefined ? 500 : undefined);
      const jobs = kinds.flatMap((cell) =>
        (sizes ?? [flags.hidden]).map((hidden) =>
          jobOf('compare', [file], cell, `${cell}-${hidden}.onnx`, { ...flags, hidden, steps: budget }),
        ),
      );
      const dir = modelsDir({ dir: 'models', dirGiven: false });
      await untilSignal((signal) => bodies.runCompare({ jobs, out, json, modelsDir: dir }, { ...io, signal }));
    });
}
