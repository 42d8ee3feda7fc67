import { type Command, InvalidArgumentError, Option } from 'commander';
import { scheduleNames, tasks } from '../lab/trainJob.js';
import { activationNames } from '../nn/activation.js';
import { losses } from '../nn/losses/losses.js';
import { optimisers } from '../nn/optimisers/optimisers.js';
import { addCovariateOptions } from './covariateFlags.js';
import { cadence, collect, list, positive, season, wholeNumber } from './optionParsers.js';

const share = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError('Expected a share of at least 0 and below 1.');
  return value;
};

const levels = (text: string): number[] => {
  const values = text.split(',').map(Number);
  const rise = values.every((level, i) => level > (values[i - 1] ?? 0) && level < 1);
  if (!rise) throw new InvalidArgumentError('Expected increasing levels between 0 and 1, such as 0.1,0.5,0.9.');
  return values;
};

const or =
  <T>(word: T & string, parse: (text: string) => number) =>
  (text: string): number | T =>
    text === word ? word : parse(text);

const choice = (flags: string, description: string, choices: readonly string[]): Option =>
  new Option(flags, description).choices(choices);

const steps = wholeNumber(1, 10_000_000);

/** The options that `train` and `compare` share: data, network, learning. */
export function addTrainingOptions(command: Command): Command {
  return addCovariateOptions(command)
    .option('--time <col>', 'column of the time (default: found by its name)')
    .option('--value <col>', 'column to learn; may be given several times (default: every numeric one)', collect)
    .option('--cadence <c>', 'event: every row is one step; or a duration such as 1h', cadence, 0)
    .option('--season <n>', 'season in steps, or auto', season, 0)
    .option('--sequence <col>', 'column that tells one sequence from the next; else each file is one long series')
    .option('--label <col>', 'what a sequence is to be answered with: classes when it is text, else a number')
    .option('--hold-out <share>', 'share of the end that is judged and not learned from', share, 0.2)
    .addOption(choice('--task <task>', 'what is answered from what (docs/tasks)', tasks).default('many-to-many'))
    .option('--features <a,b>', 'columns of x in order (docs/models.md)', list)
    .addOption(
      choice(
        '--target <kind>',
        'what y is: change from the last value, scaled value, or what the blend of the experts leaves over',
        ['change', 'value', 'residual'],
      ).default('change'),
    )
    .option('--horizon <n>', 'steps to forecast (default: 24; 1 for tasks that answer once)', wholeNumber(1, 1_024))
    .option('--levels <a,b>', 'quantile levels (default: 0.1,0.5,0.9)', levels)
    .option('--hidden <n>', 'hidden units of a layer', wholeNumber(1, 1_024), 32)
    .option('--layers <n>', 'layers, 1 to 4', wholeNumber(1, 4), 1)
    .option('--residual', 'each layer but the first adds to what it was given')
    .addOption(choice('--activation <name>', 'of the cell', activationNames).default('tanh'))
    .addOption(
      choice('--head-activation <name>', 'of a dense layer before the head', ['none', ...activationNames]).default(
        'none',
      ),
    )
    .addOption(
      choice('--norm <kind>', 'batch: of the inputs; layer: in the cell', ['none', 'batch', 'layer', 'both']).default(
        'none',
      ),
    )
    .addOption(choice('--attention <kind>', 'over past hidden states', ['none', 'dot', 'additive']).default('none'))
    .option('--memory <n>', 'hidden states that attention looks back on (default: 32)', wholeNumber(2, 4_096))
    .option('--remember <n>', 'steps that the gates of gru and lstm start out remembering', wholeNumber(2, 1_000_000))
    .option('--dropout <p>', 'share of units left out while learning', share, 0)
    .addOption(choice('--loss <name>', 'default: pinball; cross-entropy for classes', Object.keys(losses)))
    .option('--delta <d>', 'where the Huber loss turns linear (default: 1)', positive)
    .addOption(choice('--optimizer <name>', 'rule of the update', Object.keys(optimisers)).default('adam'))
    .option('--momentum <m>', 'of sgd and rmsprop', share)
    .option('--weight-decay <w>', 'pull of the weights towards 0 (default: 0; 0.01 with adamw)', share)
    .option('--lr <rate>', 'learning rate', positive, 0.003)
    .addOption(
      choice(
        '--schedule <name>',
        'of the learning rate (default: cosine; plateau, which acts on the held-out loss, when --seconds is the only budget)',
        scheduleNames,
      ),
    )
    .option('--warmup <n>', 'steps in which the rate rises to --lr first', wholeNumber(0, 1_000_000))
    .option('--clip-norm <x>', 'longest gradient, or off (default: 1)', or('off', positive))
    .option('--clip-value <x>', 'largest element of a gradient, in place of --clip-norm', positive)
    .option(
      '--bptt <n>',
      'steps a gradient flows back, or full: all of --lookback (default: 48)',
      or('full', wholeNumber(1, 10_000)),
    )
    .option(
      '--lookback <n>',
      'steps after which a stream begins anew elsewhere (default: 16 times --bptt)',
      wholeNumber(1, 1_000_000),
    )
    .option('--batch <n>', 'streams or sequences side by side', wholeNumber(1, 4_096), 16)
    .addOption(
      choice('--batching <kind>', 'of sequences of unequal length (default: bucket)', ['pad', 'bucket', 'variable']),
    )
    .option('--steps <n>', 'training steps, at most (default: 2000)', steps)
    .option('--epochs <n>', 'the same as rounds over the data', positive)
    .option('--seconds <n>', 'ends the run after so long', positive)
    .option(
      '--patience <n>',
      'evaluations without improvement that end the run, or off (default: 10)',
      or('off', steps),
    )
    .option('--evaluate-every <n>', 'steps between two looks at the held-out part', steps, 50)
    .option(
      '--teacher-forcing <p>',
      'at first, falling to 0: how often a decoder is told the truth (default: 1)',
      share1,
    )
    .option('--seed <n>', 'of all that is random', wholeNumber(0, 999_999_999), 1);
}

function share1(text: string): number {
  return text === '1' ? 1 : share(text);
}
