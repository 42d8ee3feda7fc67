import { barPanels } from '../charts/barPanels.js';
import type { Io } from '../io.js';
import { type Comparison, compareStructures } from '../lab/compareStructures.js';
import { writePicture } from '../lab/writePicture.js';
import type { CompareCommand } from './bodies.js';
import { type Column, printRows } from './table.js';
import { trainingProgress } from './trainingProgress.js';

/** Compares structures and prints what came of it. */
export async function runCompare(command: CompareCommand, io: Io & { readonly signal: AbortSignal }): Promise<void> {
  const { jobs, out, json, modelsDir } = command;
  const progress = new Map(jobs.map(({ name }) => [name, trainingProgress(io.stderr, name)]));
  const comparison = await compareStructures({
    ...{ jobs, modelsDir, signal: io.signal },
    onReport: (name, report, elapsedMs) => progress.get(name)!.update(report, elapsedMs),
  }).finally(() => {
    for (const each of progress.values()) each.end();
  });
  const pictures = out === undefined ? [] : await writePicture(out, chart(comparison));
  if (json) io.stdout.write(`${JSON.stringify({ ...comparison, pictures }, null, 2)}\n`);
  else print(comparison, pictures, io);
}

const digits = (count: number) => (value: unknown) => (typeof value === 'number' ? value.toFixed(count) : '-');
const columns: readonly Column[] = [
  { name: 'structure' },
  { name: 'mae', show: digits(3) },
  { name: 'mae h=1', show: digits(3) },
  { name: 'published', show: digits(3) },
  { name: 'parameters' },
  { name: 'step µs', show: digits(1) },
  { name: 'training s', show: digits(1) },
  { name: 'steps' },
];

function print(
  { structures, seasonal, experts, file, heldOut, columns: names }: Comparison,
  pictures: readonly string[],
  io: Io,
): void {
  io.stdout.write(`${file}: ${names.join(', ')}; last ${(100 * heldOut).toFixed(0)} % held out\n`);
  const rows = structures.map((each) => ({
    ...{ structure: each.name, mae: each.mae, 'mae h=1': each.maeFirst, published: each.published },
    ...{
      parameters: each.parameters,
      'step µs': each.stepMicros,
      'training s': each.trainingSeconds,
      steps: each.steps,
    },
  }));
  const naive = [
    { structure: 'persistence', mae: 1, 'mae h=1': 1 },
    { structure: 'seasonal naive', mae: seasonal.mae, 'mae h=1': seasonal.maeFirst },
    { structure: 'experts', mae: experts.mae, 'mae h=1': experts.maeFirst, published: experts.mae },
  ];
  printRows(io, 'table', columns, [...naive, ...rows]);
  io.stdout.write(
    'mae: mean absolute error over that of persistence, all steps ahead; published: the same, blended with the experts\n',
  );
  for (const picture of pictures) io.stdout.write(`written: ${picture}\n`);
}

function chart({ structures, seasonal, experts, file }: Comparison): string {
  const none = [Number.NaN, Number.NaN, Number.NaN];
  return barPanels({
    title: `Structures on ${file.split('/').at(-1)}, under one budget`,
    names: ['persistence', 'seasonal naive', 'experts', ...structures.map(({ name }) => name)],
    panels: [
      {
        title: 'held-out error over persistence',
        values: [1, seasonal.mae, experts.mae, ...structures.map(({ mae }) => mae)],
      },
      { title: 'parameters', values: [...none, ...structures.map(({ parameters }) => parameters)] },
      { title: 'one step, µs', values: [...none, ...structures.map(({ stepMicros }) => stepMicros)] },
      { title: 'training, s', values: [...none, ...structures.map(({ trainingSeconds }) => trainingSeconds)] },
    ],
  });
}
