import { type Command, Option } from 'commander';
import { modelsDir } from '../modelsDir.js';
import type { BacktestCommand } from './bodies.js';
import type { Context } from './context.js';
import { addCovariateOptions, type CovariateFlags, covariatesOf } from './covariateFlags.js';
import { cadence, collect, list, season, wholeNumber } from './optionParsers.js';

const protocols = ['single', 'fsnet', 'leakfree'] as const;

interface Flags extends CovariateFlags {
  time?: string;
  value?: string[];
  cadence: number;
  horizon: number;
  season: number;
  model?: string[];
  learn: 'on' | 'off';
  protocol: BacktestCommand['protocol'];
  columns?: string[];
  plot?: string;
  json?: boolean;
  models?: string;
}

export function addBacktest(program: Command, { io, bodies }: Context): void {
  const command = program
    .command('backtest')
    .description('streams a CSV file through the pipeline of the daemon and scores the forecasts')
    .argument('<file.csv>', 'one row a step, with a header');
  addCovariateOptions(command)
    .option('--time <col>', 'column of the time (default: found by its name)')
    .option('--value <col>', 'column to forecast; may be given several times (default: every numeric one)', collect)
    .option('--cadence <c>', 'event: every row is one step; or a duration such as 1h', cadence, 0)
    .option('--horizon <n>', 'steps to forecast', wholeNumber(1, 1_024), 24)
    .option('--season <n>', 'season in steps, or auto', season, 0)
    .option(
      '--model <name>',
      'model to score, a name or a file.onnx; may be given several times (default: auto)',
      collect,
    )
    .addOption(
      new Option('--learn <on|off>', 'whether the model learns on the way').choices(['on', 'off']).default('off'),
    )
    .addOption(
      new Option('--protocol <name>', 'which rows train and which are scored').choices(protocols).default('single'),
    )
    .option('--columns <a,b>', 'columns to report (default: all)', list)
    .option(
      '--plot <picture>',
      'actual values, median and band of the end of the file: FILE.svg or FILE.png; without an ending, both',
    )
    .option('--models <dir>', 'folder of the model files')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `
Protocols: single scores the last half; fsnet scores rows 3600 to 14399 (FSNet, OneNet); leakfree the last 30 % (ADAPT-Z). Errors that are
called normalised are divided by the standard deviation of the rows that train: the first half, rows 0 to 2879, the first 60 %.
The file: commas, semicolons or tabs; times in ISO 8601, day/month/year or since the epoch (UTC where no zone is named); an empty cell
or NA where a reading is missing.

Examples:
  stepcast backtest data.csv --time date --value load --cadence 1h
  stepcast backtest ETTh2.csv --protocol fsnet --columns OT --json
  stepcast backtest data.csv --value load --plot load.svg
  stepcast backtest data.csv --value load --covariate outdoor=temp --future price=tariff
  stepcast backtest data.csv --model gru-base --model mine.onnx`,
    )
    .action(async (file: string, flags: Flags) => {
      const covariates = covariatesOf('stepcast backtest', flags);
      const command: BacktestCommand = {
        file,
        time: flags.time,
        values: flags.value ?? [],
        ...(covariates.length > 0 && { covariates }),
        ...(flags.static && { statics: flags.static }),
        cadenceMs: flags.cadence,
        horizon: flags.horizon,
        season: flags.season,
        models: flags.model ?? ['auto'],
        learn: flags.learn === 'on',
        protocol: flags.protocol,
        columns: flags.columns ?? [],
        ...(flags.plot !== undefined && { plot: flags.plot }),
        json: flags.json ?? false,
        modelsDir: modelsDir({ dir: flags.models ?? 'models', dirGiven: flags.models !== undefined }),
      };
      await bodies.runBacktest(command, io);
    });
}
