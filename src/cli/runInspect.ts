import { lineChart } from '../charts/lineChart.js';
import type { Io } from '../io.js';
import { describeModel, type ModelDescription } from '../lab/describeModel.js';
import { type Inside, lookInside } from '../lab/lookInside.js';
import { writePicture } from '../lab/writePicture.js';
import { bars } from './bars.js';
import type { InspectCommand } from './bodies.js';
import { printRows } from './table.js';

/** Prints what a model is, and what happens inside it. */
export async function runInspect(command: InspectCommand, io: Io): Promise<void> {
  const { file, gradients, out, json } = command;
  const description = await describeModel(file);
  const inside =
    gradients === undefined ? undefined : await lookInside(file, { ...command, file: gradients, most: 16 });
  const pictures = inside && out !== undefined ? await writePicture(out, chart(file, inside)) : [];
  if (json) {
    io.stdout.write(`${JSON.stringify({ ...description, ...inside, pictures }, null, 2)}\n`);
    return;
  }
  print(description, io);
  if (inside) printInside(inside, io);
  for (const picture of pictures) io.stdout.write(`written: ${picture}\n`);
}

function print(model: ModelDescription, io: Io): void {
  const shape = ({ name, dims }: { name: string; dims: readonly (string | number)[] }): string =>
    `${name} [${dims.join(', ')}]`;
  const { architecture: a } = model;
  const lines = [
    `${model.file}: ${model.bytes} bytes, by ${model.producer || 'an unnamed producer'}`,
    `contract    ${model.contract}`,
    `graph       ${model.findings.errors.length === 0 ? 'sound' : 'unsound'}`,
    ...[...model.findings.errors, ...model.findings.warnings].map((finding) => `            ${finding}`),
    `push        ${inspected(model)}`,
    `metadata    ${model.metadata === undefined ? 'none in the file' : JSON.stringify(model.metadata)}`,
    `in          ${model.inputs.map(shape).join(', ')}`,
    `out         ${model.outputs.map(shape).join(', ')}`,
    ...(a
      ? [
          `network     ${a.layers} × ${a.cell} of ${a.hiddenSize}, ${a.head} head, attention ${a.attention}, dropout ${a.dropout}`,
        ]
      : []),
    `operators   ${Object.entries(model.operators)
      .sort(([, x], [, y]) => y - x)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `parameters  ${model.parameters}`,
    `step        ${model.multiplyAdds ?? 'unknown'} multiply–adds`,
    `sha256      ${model.sha256}`,
    '',
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
  const rows = model.weights.map(({ name, dims, numbers }) => ({
    weight: name,
    shape: dims.join(' × ') || '1',
    numbers,
  }));
  printRows(io, 'table', [{ name: 'weight' }, { name: 'shape' }, { name: 'numbers' }], rows);
  if (model.cells.length === 0) return;
  io.stdout.write('\nthe same network with each cell:\n');
  const costs = model.cells.map(({ cell, parameters, multiplyAdds }) => ({
    cell,
    parameters,
    'multiply–adds': multiplyAdds,
  }));
  printRows(io, 'table', [{ name: 'cell' }, { name: 'parameters' }, { name: 'multiply–adds' }], costs);
}

/** What the inspection of a pushed model would say of it. */
const inspected = ({ inspection }: ModelDescription): string =>
  inspection.ok
    ? `passes the inspection: at most ${(inspection.memoryBytes / 2 ** 20).toFixed(1)} MiB at a batch of 256`
    : `would be refused: ${inspection.reason} [${inspection.code}]`;

function printInside({ windows, steps, gradients, attention }: Inside, io: Io): void {
  for (const { state, norms } of gradients) {
    io.stdout.write(`\n‖dL/d${state}‖ by lag, mean of ${windows} windows of ${steps} steps; bars are logarithmic\n`);
    io.stdout.write(bars(spread(norms), { logarithmic: true }));
  }
  if (!attention) return;
  io.stdout.write('\nattention: mean weight by lag, 0 being the newest state\n');
  io.stdout.write(bars(spread(attention), {}));
}

/** At most 25 of the values, evenly spread, the last one included, under their lags. */
function spread(values: readonly number[]): [string, number][] {
  const every = Math.ceil((values.length - 1) / 24) || 1;
  const lags = values.flatMap((_, lag) => (lag % every === 0 || lag === values.length - 1 ? [lag] : []));
  return lags.map((lag) => [`${lag}`, values[lag]]);
}

const chart = (file: string, { gradients }: Inside): string =>
  lineChart({
    title: `Gradient of the last loss by lag: ${file.split('/').at(-1)}`,
    x: 'lag, steps',
    y: '‖dL/dS‖',
    logarithmic: true,
    lines: gradients.map(({ state, norms }) => ({
      name: state,
      points: norms.map((norm, lag): [number, number] => [lag, norm]),
    })),
  });
