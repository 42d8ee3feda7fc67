import { type Command, InvalidArgumentError } from 'commander';
import { parseSize } from '../config/size.js';
import type { Context } from './context.js';
import { cadence, collect, season } from './optionParsers.js';
import { usageError } from './usageError.js';

interface Flags {
  out: string;
  int8?: boolean;
  float?: boolean;
  budget?: number;
  calibrate?: string;
  time?: string;
  value?: string[];
  cadence: number;
  season: number;
  json?: boolean;
}

export function addExportC(program: Command, { io, bodies }: Context): void {
  program
    .command('export-c')
    .description('a step model as C99 for a microcontroller, with a report of its error, size and cost')
    .argument('<model.onnx>', 'a GRU, LSTM or RNN step model of the contract')
    .requiredOption('--out <dir>', 'folder to write; made when it is not there')
    .option('--int8', 'int8 weights and Q15 state, the same bits on every processor (default)')
    .option('--float', 'single precision: four times the flash, and slow without a floating-point unit')
    .option(
      '--budget <bytes>',
      'refuse when model and kernels take more flash than this, such as 16384 or 16KiB',
      bytes,
    )
    .option(
      '--calibrate <file.csv>',
      'data as the device will hear it: rounding is made up for on it, and the error told',
    )
    .option('--time <col>', 'column of the time (default: found by its name)')
    .option('--value <col>', 'column to hear; may be given several times (default: every numeric one)', collect)
    .option('--cadence <c>', 'of the data: event, every row is one step; or a duration such as 1h', cadence, 0)
    .option(
      '--season <n>',
      'auto, or steps after which the series repeats itself, for a model that reads season',
      season,
      0,
    )
    .option('--json', 'the report as one JSON document')
    .addHelpText(
      'after',
      `
Writes NAME.c and NAME.h (the weights), the kernels they are compiled with, NAME.blob (the same model for a slot of a device that is
running, see docs/firmware-bridge.md), golden.json (inputs and exact answers), report.txt and report.json.

A device hears its own sensor alone, so a model may read value, diff, missing, elapsed, season and the calendar, and forecast value or
change. Train such a one:
  stepcast train --data load.csv --value load --cadence 1h --cell gru --hidden 16 --features value,diff,day.sin,day.cos --out load.onnx

Examples:
  stepcast export-c load.onnx --out load-c --calibrate load.csv --value load --cadence 1h
  stepcast export-c load.onnx --out load-c --budget 16KiB
  cc -std=c99 -O2 -c load-c/*.c

More: docs/export-c.md.`,
    )
    .action(async (file: string, { int8, float, value, budget, cadence: cadenceMs, json = false, ...flags }: Flags) => {
      if (int8 && float) throw usageError('stepcast export-c', '--int8 and --float contradict each other: give one');
      if (flags.calibrate === undefined && (flags.time !== undefined || value !== undefined))
        throw usageError(
          'stepcast export-c',
          '--time and --value are columns of the data: they need --calibrate FILE.csv',
        );
      const kind = float ? 'float' : 'int8';
      await bodies.runExportC({ file, ...flags, kind, values: value ?? [], budget, cadenceMs, json }, io);
    });
}

function bytes(text: string): number {
  const size = /^\d{1,9}$/.test(text) ? Number(text) : parseSize(text);
  if (!size) throw new InvalidArgumentError('Expected a number of bytes, such as 16384 or 16KiB.');
  return size;
}
