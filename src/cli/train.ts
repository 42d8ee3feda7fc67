import { type Command, Option } from 'commander';
import { type CellKind, cells } from '../nn/cells/cells.js';
import type { Context } from './context.js';
import { jobOf, type TrainFlags } from './trainFlags.js';
import { addTrainingOptions } from './trainOptions.js';
import { untilSignal } from './untilSignal.js';
import { usageError } from './usageError.js';

interface Flags extends TrainFlags {
  data?: string[];
  cell?: CellKind;
  out?: string;
  resume?: string;
  json?: boolean;
}

export function addTrain(program: Command, { io, bodies, setExitCode }: Context): void {
  const command = program
    .command('train')
    .description('trains a model from nothing on CSV files; the file runs in run and backtest')
    .option('--data <file.csv...>', 'one row a reading, with a header')
    .addOption(new Option('--cell <cell>', 'the recurrent cell').choices(Object.keys(cells)))
    .option('--out <file.onnx>', 'the model to write')
    .option('--resume <checkpoint>', 'go on with a run that was interrupted; it knows everything else')
    .option('--json', 'one JSON document at the end');
  addTrainingOptions(command)
    .addHelpText(
      'after',
      `
Every file is heard as the daemon would hear it; its last fifth is only judged (--hold-out). The best weights on that part are kept.
Ctrl-C saves OUT.checkpoint and says how to go on. The same data, options and seed give the same file.

Examples:
  stepcast train --data load.csv --value load --cadence 1h --cell gru --out load.onnx
  stepcast train --data a.csv b.csv --cell lstm --layers 2 --residual --dropout 0.1 --out deep.onnx
  stepcast train --data runs.csv --sequence run --label activity --task many-to-one --cell gru --out activity.onnx
  stepcast train --data load.csv --task encoder-decoder --attention dot --cell gru --out decoder.onnx
  stepcast train --resume load.onnx.checkpoint
  stepcast backtest load.csv --model load.onnx --model gru-base     what it is worth

More: docs/training.md, docs/tasks, docs/networks.md.`,
    )
    .action(async ({ data, cell, out, resume, json = false, ...flags }: Flags) => {
      const told = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
      const task =
        resume === undefined
          ? { job: newJob(data, cell, out, flags), out: out! }
          : {
              resume: resumed(
                resume,
                told.map(({ long }) => long!),
              ),
            };
      const complete = await untilSignal((signal) => bodies.runTrain({ ...task, json }, { ...io, signal }));
      if (!complete) setExitCode(1);
    });
}

function newJob(data: string[] | undefined, cell: CellKind | undefined, out: string | undefined, flags: TrainFlags) {
  const missing = !data
    ? '--data FILE.csv'
    : !cell
      ? `--cell ${Object.keys(cells).join('|')}`
      : !out
        ? '--out FILE.onnx'
        : undefined;
  if (missing) throw usageError('stepcast train', `expected ${missing}`);
  if (!out!.endsWith('.onnx'))
    throw usageError('stepcast train', `--out: expected a name that ends in .onnx, got ${out}`);
  return jobOf('train', data!, cell!, out!, flags);
}

function resumed(checkpoint: string, told: readonly string[]): string {
  const other = told.find((name) => name !== '--resume' && name !== '--json');
  if (other) throw usageError('stepcast train', `${other} and --resume contradict each other: the checkpoint knows it`);
  return checkpoint;
}
