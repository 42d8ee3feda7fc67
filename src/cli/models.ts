import type { Command } from 'commander';
import type { DecisionListing, ModelListing } from '../listing/modelListing.js';
import type { Context } from './context.js';
import { databaseOption } from './databaseOption.js';
import { wholeNumber } from './optionParsers.js';
import { type Column, printRows, showTime } from './table.js';
import { usageError } from './usageError.js';

const versionColumns: readonly Column[] = [
  { name: 'name' },
  { name: 'version' },
  { name: 'state' },
  { name: 'origin' },
  { name: 'created', show: showTime },
  { name: 'parent' },
  { name: 'by' },
  { name: 'series' },
  { name: 'forecasts' },
  { name: 'skill1' },
  { name: 'skill' },
  { name: 'sha256', show: (value) => String(value).slice(0, 12) },
];

const decisionColumns: readonly Column[] = [
  { name: 'time', show: showTime },
  { name: 'kind' },
  { name: 'model' },
  { name: 'series' },
  { name: 'verdict' },
  { name: 'reason' },
  { name: 'figures' },
];

interface Flags {
  db: string;
  json?: boolean;
}

export function addModels(program: Command, context: Context): void {
  const models = program
    .command('models')
    .description('versions of models: where they come from, who uses them, how they do, what was decided about them')
    .addHelpText(
      'after',
      `
skill1 is 1 − the mean absolute error one step ahead over that of the last value, mean over series; skill the same over all steps. Both of
what the version itself said, among the newest 500 forecasts of each series. NAME:SERIES are a series' own versions of NAME. by is the id of the
key that signed a version that was pushed.

Examples:
  stepcast models
  stepcast models show gru-base
  stepcast models rollback gru-base 1`,
    );
  models
    .command('list', { isDefault: true })
    .description('every version')
    .addOption(databaseOption())
    .option('--json', 'one JSON document')
    .action((flags: Flags) => list(flags, context));
  models
    .command('show')
    .description(
      'the versions of one model, those that series made their own, and what was decided about them, with figures',
    )
    .argument('<name>', 'NAME, NAME:SERIES or NAME@VERSION')
    .addOption(databaseOption())
    .option('--json', 'one JSON document')
    .action((name: string, flags: Flags) => show(name, flags, context));
  models
    .command('rollback')
    .description('take the series of a model back to an earlier version; works while a daemon runs')
    .argument('<name>', 'NAME or NAME:SERIES')
    .argument(
      '[version]',
      'version of NAME to go back to; without it, the parent of the one in use',
      wholeNumber(1, 999_999_999),
    )
    .addOption(databaseOption())
    .option('--json', 'one JSON document')
    .action((name: string, version: number | undefined, flags: Flags) => rollback(name, version, flags, context));
}

async function list({ db, json }: Flags, { io, bodies }: Context): Promise<void> {
  printRows(
    io,
    json ? 'json' : 'table',
    versionColumns,
    rowsOf(await bodies.listModels(db), await bodies.listSigners(db)),
  );
}

async function show(name: string, { db, json }: Flags, { io, bodies }: Context): Promise<void> {
  const versions = (await bodies.listModels(db)).filter((version) => belongsTo(version, name));
  if (versions.length === 0)
    throw usageError('stepcast models show', `there is no model ${name}; \`stepcast models list\` shows all`);
  const decisions = await bodies.listDecisions(db, versions.map(labelOf));
  const rows = rowsOf(versions, await bodies.listSigners(db));
  if (json) {
    io.stdout.write(`${JSON.stringify({ versions: rows, decisions })}\n`);
    return;
  }
  printRows(io, 'table', versionColumns, rows);
  if (decisions.length === 0) return;
  io.stdout.write('\n');
  printRows(
    io,
    'table',
    decisionColumns,
    decisions.map((decision) => ({ ...decision, figures: figuresOf(decision) })),
  );
}

async function rollback(
  name: string,
  version: number | undefined,
  { db, json }: Flags,
  { io, bodies }: Context,
): Promise<void> {
  const done = await bodies.rollBackModel(db, name, version, io.nowMs());
  if (json) {
    io.stdout.write(`${JSON.stringify(done)}\n`);
    return;
  }
  const { source, target, series } = done;
  const what = `${source} → ${target}, ${series} series`;
  const how = {
    daemon: 'the daemon has taken it up',
    workers: 'each worker takes back the series it has, and those that come to it',
    start: 'no daemon runs: they go over when one starts',
    waiting: 'the daemon has not answered yet; it will carry it out when it does',
  }[done.by];
  io.stdout.write(`${what}: ${how}\n`);
}

const labelOf = ({ name, version }: ModelListing): string => `${name}@${version}`;

const belongsTo = (version: ModelListing, wanted: string): boolean =>
  version.name === wanted || version.name.startsWith(`${wanted}:`) || labelOf(version) === wanted;

const rowsOf = (versions: readonly ModelListing[], signers: ReadonlyMap<string, string>) =>
  versions.map((version) => ({ ...version, by: signers.get(labelOf(version)) ?? null }));

/** Numbers of a decision for people: four significant digits, and no braces. */
const figuresOf = ({ figures }: DecisionListing): string =>
  Object.entries(figures)
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : typeof value === 'object' ? JSON.stringify(value) : value}`,
    )
    .join(', ');
