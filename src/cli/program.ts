import { Command } from 'commander';
import { addAccuracy } from './accuracy.js';
import { addBacktest } from './backtest.js';
import { addBridge } from './bridge.js';
import { addCheck } from './check.js';
import { addCompare } from './compare.js';
import type { Context } from './context.js';
import { addDemo } from './demo.js';
import { addExportC } from './exportC.js';
import { addInspect } from './inspect.js';
import { addKeygen } from './keygen.js';
import { addModels } from './models.js';
import { addPush } from './push.js';
import { addQuery } from './query.js';
import { addRun } from './run.js';
import { addSeries } from './series.js';
import { addTrain } from './train.js';
import { addTune } from './tune.js';

/** The command line: one file a command. Errors are thrown, help and version go to stdout. */
export function createProgram(context: Context, version: string): Command {
  const { stdout } = context.io;
  const program = new Command('stepcast')
    .description('Real-time forecasting of sensor streams on the device that hears them.')
    .version(`stepcast ${version}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .enablePositionalOptions() // --version is the program's before a command, and the model's after `push`
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => stdout.columns ?? 100,
      getOutHasColors: () => false,
    })
    .addHelpText(
      'after',
      `
Start here:
  stepcast demo                          see it work, with nothing else installed
  stepcast check --config stepcast.yaml  what is wrong with a set-up, and what to do
  stepcast run --config stepcast.yaml    the daemon

Exit codes: 0 success, 2 bad usage or configuration, 1 any other failure.`,
    );
  for (const add of [
    addRun,
    addDemo,
    addSeries,
    addQuery,
    addAccuracy,
    addBacktest,
    addTrain,
    addTune,
    addCompare,
    addInspect,
    addExportC,
    addModels,
    addKeygen,
    addPush,
    addBridge,
    addCheck,
  ])
    add(program, context);
  return program;
}
