import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, Outcome } from './support/bench.js';
import { documentTable } from './support/documentTable.js';
import { machine } from './support/machine.js';
import { type BenchResult, readResult, resultPath, writeResult } from './support/resultFile.js';
import { runTrial } from './support/runTrial.js';

export interface Places {
  readonly root: string; // of the project
  readonly bundles: string;
}

const usage = `npm run bench -- NAME [options]

  --only KIND     only the trials of this kind; may be given several times. The others keep their last results
  --repeat N      rounds of the trials that are repeated
  --write         also write the table to its document: docs/performance.md, docs/fleet.md
  --table         only that, from the results of the last run
  --data DIR      folder of the real series that accuracy and calibration read

The program under test is dist/stepcast.js, built first; STEPCAST_BIN names another one.
`;

/** Runs one bench, every trial in a process of its own. Returns the exit code. */
export async function main(args: readonly string[], { root, bundles }: Places): Promise<number> {
  const options = parse(args);
  if (typeof options === 'string') return complain(options);
  if (options.data !== undefined) process.env.STEPCAST_DATA = resolve(options.data); // trials are processes of their own
  const names = benchNames(bundles);
  if (options.help || options.name === undefined) {
    process.stdout.write(`${usage}\n${await list(names, bundles)}`);
    return 0;
  }
  const { name } = options;
  if (!names.includes(name)) return complain(`there is no bench "${name}"; there are ${names.join(', ')}`);
  const bench = await load(name, bundles);
  const file = resultPath(root, name);
  const earlier = readResult(file);

  if (options.table) {
    if (!earlier) return complain(`${file} is missing: run "npm run bench -- ${name}" first`);
    const missing = missingKinds(bench, earlier.outcomes);
    if (missing.length > 0) return complain(incomplete(name, missing));
    documentTable(root, name, earlier, bench);
    bench.pictures?.(earlier.figures, join(root, 'docs/images'));
    return 0;
  }
  const trials = bench
    .trials({ repeat: options.repeat })
    .filter(({ kind }) => options.only.length === 0 || options.only.includes(kind));
  if (trials.length === 0) return complain(`no trial of kind ${options.only.join(', ')}`);
  const about = machine(root);
  const outcomes: Outcome[] = (earlier?.outcomes ?? []).filter(
    ({ trial }) => options.only.length > 0 && !options.only.includes(trial.kind),
  );
  for (const [index, trial] of trials.entries()) {
    process.stderr.write(`${index + 1}/${trials.length} ${JSON.stringify(trial)} `);
    const result = await runTrial({ bundles, name, trial });
    process.stderr.write(`→ ${JSON.stringify(result)}\n`);
    outcomes.push({ trial, result, commit: about.commit, date: new Date().toISOString() });
  }
  const missing = missingKinds(bench, outcomes);
  const result: BenchResult = {
    bench: name,
    command: `npm run bench -- ${name}`,
    machine: about,
    figures: missing.length > 0 ? {} : bench.figures(outcomes),
    outcomes,
  };
  writeResult(file, result);
  if (missing.length > 0) {
    process.stderr.write(`${incomplete(name, missing)}; what was measured is kept for that\n`);
    return options.write ? 2 : 0;
  }
  process.stdout.write(`${bench.table(result.figures)}\n`);
  if (!options.write) return 0;
  documentTable(root, name, result, bench);
  bench.pictures?.(result.figures, join(root, 'docs/images'));
  return 0;
}

function parse(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        only: { type: 'string', multiple: true, default: [] },
        repeat: { type: 'string' },
        write: { type: 'boolean' },
        table: { type: 'boolean' },
        data: { type: 'string' },
      },
    });
    const repeat = values.repeat === undefined ? undefined : Number(values.repeat);
    if (repeat !== undefined && !(Number.isInteger(repeat) && repeat > 0))
      return `--repeat: expected a whole number, got ${values.repeat}`;
    return { ...values, repeat, name: positionals[0] };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Kinds of trials that a table needs and nobody has run. */
const missingKinds = (bench: Bench, outcomes: readonly Outcome[]): string[] => {
  if (!bench.needsAllKinds) return [];
  const kinds = new Set(bench.trials({}).map(({ kind }) => kind));
  return [...kinds].filter((kind) => !outcomes.some(({ trial }) => trial.kind === kind));
};

const incomplete = (name: string, missing: readonly string[]): string =>
  `no table yet: run "npm run bench -- ${name} ${missing.map((kind) => `--only ${kind}`).join(' ')}" too`;

const complain = (message: string): number => {
  process.stderr.write(`${message}\n`);
  return 2;
};

const benchNames = (bundles: string): string[] =>
  readdirSync(bundles).flatMap((file) => (file.endsWith('.bench.js') ? [file.slice(0, -'.bench.js'.length)] : []));

const load = async (name: string, bundles: string): Promise<Bench> =>
  ((await import(join(bundles, `${name}.bench.js`))) as { bench: Bench }).bench;

async function list(names: readonly string[], bundles: string): Promise<string> {
  const lines = await Promise.all(
    names.map(async (name) => `  ${name.padEnd(14)}${(await load(name, bundles)).summary}\n`),
  );
  return lines.join('');
}
