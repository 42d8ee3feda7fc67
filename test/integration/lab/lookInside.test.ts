import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lookInside } from '../../../src/lab/lookInside.js';
import { architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { encodeModel } from '../../../src/onnx/codec.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import type { ModelProto } from '../../../src/onnx/modelProto.js';
import { Random } from '../../../src/series/random.js';
import { seasonalTable } from '../../support/tables.js';

const folder = mkdtempSync(join(tmpdir(), 'stepcast-inside-'));
afterAll(() => rmSync(folder, { recursive: true }));
const data = seasonalTable(folder, 400);
const look = { file: data, values: [], cadenceMs: 0, steps: 20, most: 4 };
const metadata = { contract: 1, cell: 'gru', features: ['value', 'diff'], target: 'change', horizon: 2, levels: [0.5] };

function save(name: string, model: ModelProto): string {
  const path = join(folder, name);
  writeFileSync(path, encodeModel(model));
  return path;
}

/** A network with a head that was drawn, so that gradients reach its state. */
function network(extras: object): ModelProto {
  const a = architecture({ cell: 'gru', inputSize: 2, hiddenSize: 4, horizon: 2, levels: [0.5], ...extras });
  const weights = initialWeights(a, new Random(1));
  for (const i of weights['head.V'].keys()) weights['head.V'][i] = Math.sin(i + 1);
  return buildStepModel(a, weights, { metadata });
}

describe('lookInside', () => {
  it('gives the gradient of every state by lag', async () => {
    const { gradients, attention, windows } = await lookInside(save('two.onnx', network({ layers: 2 })), look);
    expect(windows).toBe(4);
    expect(attention).toBeUndefined();
    expect(gradients.map(({ state }) => state)).toEqual(['h', 'h2']);
    const [below, above] = gradients.map(({ norms }) => norms);
    expect(above[0]).toBeGreaterThan(0.1);

    expect(below[1]).toBeGreaterThan(0);
    expect(above[20]).toBeLessThan(above[0]);
  });

  it('gives what attention looks at, as weights of sum 1 by lag', async () => {
    const { attention } = await lookInside(save('looking.onnx', network({ attention: 'additive', memory: 6 })), look);
    expect(attention).toHaveLength(6);
    expect(attention!.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    expect(Math.min(...attention!)).toBeGreaterThan(0);
  });

  it('refuses a model that has no state', async () => {
    const g = new GraphBuilder('flat');
    const x = g.input('x', ['batch', 2]);
    g.output('y', g.op('Reshape', [g.op('MatMul', [x, g.weight('w', [2, 2], [1, 2, 3, 4])]), g.ints([0, 2, 1])]));
    const path = save('flat.onnx', g.model({ stepcast: JSON.stringify(metadata) }));
    await expect(lookInside(path, look)).rejects.toMatchObject({
      code: 'MODEL_UNTRAINABLE',
      message: 'it has no recurrent state',
    });
  });

  it('refuses a model with an operator that has no gradient, and names it', async () => {
    const model = network({});
    const tanh = model.graph!.node.find(({ opType }) => opType === 'Tanh')!;
    tanh.opType = 'Asinh';
    tanh.name = 'smooth';
    await expect(lookInside(save('asinh.onnx', model), look)).rejects.toMatchObject({
      code: 'MODEL_UNTRAINABLE',
      message: expect.stringMatching(/Asinh/),
    });
  });
});
