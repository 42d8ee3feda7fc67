import type { Command } from 'commander';
import { modelsDir } from '../modelsDir.js';
import { assertKnownSeries } from './assertKnownSeries.js';
import type { Context } from './context.js';
import { databaseOption, fileOnly } from './databaseOption.js';
import { untilSignal } from './untilSignal.js';

interface Flags {
  db: string;
  model?: string;
  models?: string;
  dryRun?: boolean;
  json?: boolean;
}

export function addTune(program: Command, { io, bodies, setExitCode }: Context): void {
  program
    .command('tune')
    .description('one fine-tune now, outside the daemon, on what it has stored')
    .argument('[series]', 'the series to learn from (default: every one, one after another)')
    .addOption(databaseOption())
    .option('--model <name>', 'model to begin from, a name or a file.onnx (default: the one in use)')
    .option('--models <dir>', 'folder of the model files')
    .option('--dry-run', 'say what came of it, and change nothing')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `
A candidate is judged by the newest tenth of the readings, which it has not seen: near and far are the loss of what would have been published
with it over that without it. One that passes is handed to the daemon, which takes it up at once, or when it starts.

Examples:
  stepcast tune sensors/kitchen/temperature --dry-run
  stepcast tune --db /var/lib/stepcast/stepcast.db --json`,
    )
    .action(async (series: string | undefined, { db, model, models, dryRun = false, json = false }: Flags) => {
      fileOnly('stepcast tune', db);
      if (series !== undefined) await assertKnownSeries('tune', series, db, bodies);
      const folder = modelsDir({ dir: models ?? 'models', dirGiven: models !== undefined });
      const command = { series, db, model, modelsDir: folder, dryRun, json };
      if (!(await untilSignal((signal) => bodies.runTune(command, { ...io, signal })))) setExitCode(1);
    });
}
