import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activationNames } from '../../../src/nn/activation.js';
import { type Architecture, architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel } from '../../../src/nn/buildStepModel.js';
import { evaluationGraph } from '../../../src/nn/evaluationGraph.js';
import { crossEntropy } from '../../../src/nn/losses/crossEntropy.js';
import { huber } from '../../../src/nn/losses/huber.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { optimisers } from '../../../src/nn/optimisers/optimisers.js';
import { trainingGraph } from '../../../src/nn/trainingGraph.js';
import { checkModel } from '../../../src/onnx/check/checkModel.js';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { inline } from '../../../src/onnx/inline.js';
import type { ModelProto } from '../../../src/onnx/modelProto.js';
import { oldestForm } from '../../../src/onnx/oldestForm.js';
import { oldestOpset, opsetOf } from '../../../src/onnx/opset.js';
import { readGraph } from '../../../src/onnx/readGraph.js';
import { Random } from '../../../src/series/random.js';
import { differentiatedCase, differentiatedRandom } from '../../reference/differentiated.js';
import { gradientCases } from '../../reference/gradientCases.js';

const python = '/usr/bin/python3';
const installed = spawnSync(python, ['-c', 'import onnx']).status === 0;
const graphs = Number(process.env.STEPCAST_GRAPHS ?? 60);

/** Prints a line for each file of a folder that onnx.checker refuses. */
const checker = `
import glob, onnx, sys
for path in sorted(glob.glob(sys.argv[1] + '/*.onnx')):
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
    except Exception as error:
        print(path.split('/')[-1], str(error).split(chr(10))[0])
`;

const base = { inputSize: 3, hiddenSize: 4, horizon: 2, levels: [0.1, 0.5, 0.9] };
const architectures: Record<string, Architecture> = {
  ...Object.fromEntries((['rnn', 'gru', 'lstm'] as const).map((cell) => [cell, architecture({ cell, ...base })])),
  ...Object.fromEntries(
    activationNames.map((name) => [
      `activation-${name}`,
      architecture({ cell: 'rnn', ...base, cellActivation: name, headActivation: name }),
    ]),
  ),
  stacked: architecture({ cell: 'lstm', ...base, layers: 3, residual: true, dropout: 0.2 }),
  normalised: architecture({ cell: 'gru', ...base, inputNorm: 'batch', cellNorm: 'layer' }),
  dot: architecture({ cell: 'gru', ...base, attention: 'dot', memory: 5 }),
  additive: architecture({ cell: 'lstm', ...base, attention: 'additive', memory: 5 }),
  decoder: architecture({ cell: 'gru', ...base, head: 'decoder', start: 0 }),
  classes: architecture({ cell: 'gru', inputSize: 3, hiddenSize: 4, classes: 3 }),
};

/** Every kind of file this project writes, by name. */
function* files(): Iterable<[string, ModelProto]> {
  for (const each of gradientCases) {
    yield [`rule ${each.of}, ${each.with}`, differentiatedCase(each).g.model()];
  }
  for (let seed = 0; seed < graphs; seed++) yield [`random ${seed}`, differentiatedRandom(seed).g.model()];
  for (const [name, a] of Object.entries(architectures)) {
    const weights = initialWeights(a, new Random(1));
    yield [`step ${name}`, buildStepModel(a, weights)];
    const step = buildStepModel(a, weights, { training: true, masked: true, taught: a.head === 'decoder' });
    yield [`step ${name}, training`, step];
    const loss = a.classes > 0 ? crossEntropy : pinball(a.levels);
    const lossOn = a.classes > 0 ? 'last' : 'every';
    const common = { step, steps: 5, batch: 2, loss, lossOn } as const;
    yield [`evaluation ${name}`, evaluationGraph(common).model];
    const { model } = trainingGraph({ ...common, optimiser: optimisers.adam(), clipNorm: 1 });
    yield [`training ${name}`, model];
    yield [`training ${name}, as it is run`, oldestForm(model)];
  }
  const step = buildStepModel(architectures.gru, initialWeights(architectures.gru, new Random(1)));
  for (const [name, optimiser] of Object.entries(optimisers)) {
    const options = { clipValue: 0.5, gradients: true, stateGradients: true };
    yield [
      `training with ${name}`,
      trainingGraph({ step, steps: 3, batch: 2, loss: huber(), lossOn: 'last', optimiser: optimiser(), ...options })
        .model,
    ];
  }
  for (const name of ['torchGru', 'torchLstm', 'torchGru2', 'torchRnn', 'torchMixed']) {
    const graph = readGraph(decodeModel(readFileSync(new URL(`../../fixtures/${name}.onnx`, import.meta.url))));
    const g = new GraphBuilder(name);
    const given: Record<string, string> = {};
    for (const { name: input, shape } of graph.inputs) given[input] = g.input(input, shape);
    for (const [weight, { dims, data }] of graph.weights) given[weight] = g.weight(weight, dims, data);
    const values = inline(g, graph, given, { lower: true });
    for (const output of graph.outputs) g.output(output.name, values.get(output.name)!);
    yield [`lowered ${name}`, g.model()];
  }
}

describe.skipIf(!installed)('onnx.checker (python3-onnx), with shape inference', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepcast-onnx-'));
  const refused = (): string[] =>
    execFileSync(python, ['-c', checker, folder], { encoding: 'utf8' }).split('\n').filter(Boolean);
  const own: string[] = [];

  beforeAll(() => {
    for (const [name, model] of files()) {
      const bytes = encodeModel(model);
      writeFileSync(join(folder, `${name.replaceAll('/', ' ')}.onnx`), bytes);
      if (opsetOf(model) < oldestOpset) continue;
      own.push(...checkModel(decodeModel(bytes)).errors.map((error) => `${name}: ${error}`));
    }
    const shipped = new URL('../../../models/', import.meta.url);
    for (const name of readdirSync(shipped).filter((file) => file.endsWith('.onnx')))
      copyFileSync(new URL(name, shipped), join(folder, name));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('refuses nothing that is written here, nor does our own checker', () => {
    expect(readdirSync(folder).length).toBeGreaterThan(250);
    expect(refused()).toEqual([]);
    expect(own).toEqual([]);
  });

  it('is asked: a file that contradicts itself is refused', () => {
    const g = new GraphBuilder('wrong');
    g.output('y', g.op('Tanh', [g.input('x', ['batch', 2])]));
    const model = g.model();
    model.graph!.output[0].type!.tensorType!.shape!.dim[1] = { dimValue: 3 };
    writeFileSync(join(folder, 'wrong.onnx'), encodeModel(model));
    expect(refused().map((line) => line.split(' ')[0])).toEqual(['wrong.onnx']);
    rmSync(join(folder, 'wrong.onnx'));
  });
});
