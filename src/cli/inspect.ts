import type { Command } from 'commander';
import type { Context } from './context.js';
import { cadence, collect, wholeNumber } from './optionParsers.js';
import { usageError } from './usageError.js';

interface Flags {
  gradients?: string;
  time?: string;
  value?: string[];
  cadence: number;
  steps: number;
  out?: string;
  json?: boolean;
}

export function addInspect(program: Command, { io, bodies }: Context): void {
  program
    .command('inspect')
    .description('what a model is: contract, metadata, layers, parameters, cost; and how far its gradients reach')
    .argument('<model.onnx>', 'any ONNX file; gradients need a step model of the contract')
    .option('--gradients <file.csv>', 'also the size of dL/dh by lag on this data, and what attention looks at')
    .option('--time <col>', 'column of the time (default: found by its name)')
    .option('--value <col>', 'column to hear; may be given several times (default: every numeric one)', collect)
    .option('--cadence <c>', 'event: every row is one step; or a duration such as 1h', cadence, 0)
    .option('--steps <n>', 'lags to look back on', wholeNumber(2, 2_000), 96)
    .option('--out <picture>', 'the picture: NAME writes NAME.svg and NAME.png, NAME.svg or NAME.png that one')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `
A gradient that falls fast with the lag has vanished: what lies further back cannot be learned. One that rises explodes, and needs a clip.

Examples:
  stepcast inspect models/gru-base.onnx
  stepcast inspect load.onnx --gradients load.csv --out gradients
  stepcast inspect load.onnx --gradients load.csv --value load --steps 200 --json`,
    )
    .action(async (file: string, { value, cadence: cadenceMs, json = false, ...flags }: Flags) => {
      if (flags.out !== undefined && flags.gradients === undefined)
        throw usageError('stepcast inspect', '--out is the picture of the gradients: it needs --gradients FILE.csv');
      await bodies.runInspect({ file, ...flags, values: value ?? [], cadenceMs, json }, io);
    });
}
