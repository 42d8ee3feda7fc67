import { describe, expect, it } from 'vitest';
import { architecture } from '../../../src/nn/architecture.js';
import { initialWeights } from '../../../src/nn/architectureParameters.js';
import { buildStepModel, type StepModelOptions } from '../../../src/nn/buildStepModel.js';
import { evaluationGraph } from '../../../src/nn/evaluationGraph.js';
import { pinball } from '../../../src/nn/losses/pinball.js';
import { squaredError } from '../../../src/nn/losses/squaredError.js';
import { adam } from '../../../src/nn/optimisers/adam.js';
import { sgd } from '../../../src/nn/optimisers/sgd.js';
import { type TrainingGraph, type TrainingGraphOptions, trainingGraph } from '../../../src/nn/trainingGraph.js';
import { checkModel } from '../../../src/onnx/check/checkModel.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import type { ModelProto } from '../../../src/onnx/modelProto.js';
import { readGraph } from '../../../src/onnx/readGraph.js';
import { Random } from '../../../src/series/random.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { drawnFeeds } from '../../reference/drawnFeeds.js';
import { interpretModel } from '../../reference/interpretModel.js';
import { naiveTraining } from '../../reference/naiveTraining.js';
import { stepRecipe } from '../../reference/stepRecipes.js';

type Feeds = Record<string, readonly number[]>;
type Given = Pick<TrainingGraphOptions, 'step' | 'steps' | 'batch'> & Partial<TrainingGraphOptions>;

const shared = { inputSize: 2, hiddenSize: 3, horizon: 2, levels: 2 };
const usual = { loss: pinball([0.2, 0.7]), lossOn: 'every', optimiser: adam(), gradients: true, fuse: false } as const;

const trained = (given: Given): TrainingGraph => trainingGraph({ ...usual, ...given });
const drawn = (training: TrainingGraph, random: Random): Feeds =>
  Object.fromEntries(Object.entries(drawnFeeds(training, random)).map(([name, { data }]) => [name, [...data]]));
const nodeCount = (options: Given): number =>
  trained(options).model.graph!.node.filter(({ opType }) => opType !== 'Constant').length;

/** Loss, gradients and last states beside those of the step copied T times and differentiated as a whole. */
function expectNaive(options: Given, random: Random): void {
  const training = trained(options);
  checkModel(training.model);
  const feeds = drawn(training, random);
  const found = interpretModel(training.model, feeds);
  const expected = interpretModel(naiveTraining({ ...usual, ...options }), feeds);
  expect(expected.size).toBeGreaterThan(3);
  for (const [name, values] of expected) expect(maxDifference(found.get(name)!, values), name).toBeLessThan(1e-12);
}

describe('trainingGraph: gradients are those of the graph unrolled step by step', () => {
  for (const cell of ['rnn', 'gru', 'lstm'] as const) {
    for (const layers of [1, 2, 3]) {
      for (const lossOn of ['every', 'last'] as const) {
        it(`${layers} × ${cell}, loss on ${lossOn}`, () => {
          const random = new Random(5);
          expectNaive({ step: stepRecipe({ ...shared, cell, layers }, random), steps: 3, batch: 2, lossOn }, random);
        });
      }
    }
  }

  const networks: [string, Partial<Parameters<typeof architecture>[0]>, StepModelOptions][] = [
    ['padding and dropout', { cell: 'lstm', layers: 2, dropout: 0.5 }, { training: true, masked: true }],
    ['residual layers with layer normalisation', { cell: 'gru', layers: 3, residual: true, cellNorm: 'layer' }, {}],
    ['dot-product attention over a memory', { cell: 'gru', attention: 'dot', memory: 3 }, { masked: true }],
    ['additive attention', { cell: 'rnn', attention: 'additive', memory: 2 }, {}],
    ['a decoder that rolls out its own answers', { cell: 'lstm', head: 'decoder', start: 0 }, {}],
    ['a taught decoder', { cell: 'gru', head: 'decoder' }, { training: true, taught: true }],
    ['learned activations and a direct head', { cell: 'rnn', cellActivation: 'prelu', direct: true }, {}],
  ];
  for (const [title, given, options] of networks) {
    it(title, () => {
      const random = new Random(7);
      const network = architecture({
        cell: 'gru',
        inputSize: 2,
        hiddenSize: 3,
        horizon: 2,
        levels: [0.2, 0.7],
        ...given,
      });
      const weights = Object.fromEntries(
        Object.entries(initialWeights(network, random)).map(([name, data]) => [
          name,
          data.map((w) => w + 0.3 * random.normal()),
        ]),
      );
      const step = buildStepModel(network, weights, options);
      expectNaive({ step, steps: 3, batch: 2 }, random);
      expectNaive({ step, steps: 3, batch: 2, lossOn: 'last' }, random);
    });
  }

  it('states that only wait, that stand still, or that hang on the input alone', () => {
    const random = new Random(3);
    const g = new GraphBuilder('delays');
    const [x, a, b, still] = [
      g.input('x', ['batch', 2]),
      ...['a', 'b', 'still'].map((name) => g.input(name, ['batch', 2])),
    ];
    const W = g.weight('W', [2, 2], [0.3, -0.4, 0.2, 0.5]);
    const V = g.weight('V', [2, 4], [0.1, 0.2, 0.3, 0.4, -0.1, 0.7, 0.2, -0.6]);
    const seen = g.op('Tanh', [g.op('MatMul', [x, W])]);
    const sum = g.op('Mul', [g.op('Add', [seen, b]), still]);
    g.output('y', g.op('Reshape', [g.op('MatMul', [sum, V]), g.ints([0, 2, 2])]));
    for (const [name, value] of [
      ['a', seen],
      ['b', a],
      ['still', still],
    ])
      g.output(`${name}_next`, value);
    const options = { step: g.model(), steps: 5, batch: 2 };
    expectNaive(options, random);
    expect(nodeCount({ ...options, steps: 9 }) - nodeCount({ ...options, steps: 8 })).toBeLessThanOrEqual(1);
  });
});

describe('trainingGraph', () => {
  it('agrees with central differences', () => {
    const random = new Random(9);
    const training = trained({
      step: stepRecipe({ ...shared, cell: 'gru', layers: 2 }, random),
      steps: 3,
      batch: 2,
      loss: squaredError,
    });
    const feeds = drawn(training, random);
    const lossAt = (name: string, i: number, e: number): number =>
      interpretModel(training.model, { ...feeds, [name]: feeds[name].with(i, feeds[name][i] + e) }).get('loss')![0];
    const found = interpretModel(training.model, feeds);
    for (const name of ['W1', 'R1', 'd1', 'R2', 'b2', 'v']) {
      const slopes = feeds[name].slice(0, 4).map((_, i) => (lossAt(name, i, 1e-5) - lossAt(name, i, -1e-5)) / 2e-5);
      expect(maxDifference(found.get(`d.${name}`)!.slice(0, 4), slopes)).toBeLessThan(1e-8);
    }
  });

  it('keeps in the loops what hangs on the state, and no more', () => {
    const random = new Random(1);
    const perStep = (cell: 'rnn' | 'gru' | 'lstm'): number => {
      const step = stepRecipe({ ...shared, cell, layers: 1 }, random);
      return nodeCount({ step, steps: 9, batch: 2 }) - nodeCount({ step, steps: 8, batch: 2 });
    };
    expect(perStep('rnn')).toBe(2 + 2); // product, tanh; slope, product
    expect(perStep('gru')).toBe(10 + 5);
    expect(perStep('lstm')).toBe(10 + 6);
  });

  it('runs GRU and LSTM forward as one operator: what is left of them is the cell state, and the way back', () => {
    const random = new Random(1);
    const perStep = (cell: 'gru' | 'lstm'): number => {
      const step = stepRecipe({ ...shared, cell, layers: 1 }, random);
      const options = { step, batch: 2, fuse: true };
      return nodeCount({ ...options, steps: 9 }) - nodeCount({ ...options, steps: 8 });
    };
    expect(perStep('gru')).toBe(5);
    expect(perStep('lstm')).toBe(2 + 6);
  });

  it('builds the head for the last step only where only that has a loss', () => {
    const step = stepRecipe({ ...shared, cell: 'gru', layers: 1, horizon: 7 }, new Random(1));
    const rowsOfHead = (lossOn: 'every' | 'last'): Set<unknown> => {
      const { shapes } = readGraph(trained({ step, steps: 5, batch: 2, lossOn, loss: squaredError }).model);
      return new Set([...shapes.values()].filter(([, width]) => width === 14).map(([rows]) => rows));
    };
    expect(rowsOfHead('every')).toContain(10);
    expect(rowsOfHead('last')).toContain(2);
    expect(rowsOfHead('last')).not.toContain(10);
  });

  it('is a valid file with whole cells as one operator, too', () => {
    const step = stepRecipe({ ...shared, cell: 'lstm', layers: 2 }, new Random(1));
    expect(() =>
      checkModel(trained({ step, steps: 4, batch: 2, fuse: true, stateGradients: true }).model),
    ).not.toThrow();
  });

  it('carries states from segment to segment exactly: two of 24 steps are one of 48', () => {
    const random = new Random(4);
    const step = stepRecipe({ ...shared, cell: 'lstm', layers: 2 }, random);
    const whole = trained({ step, steps: 48, batch: 2 });
    const half = trained({ step, steps: 24, batch: 2 });
    const feeds = drawn(whole, random);
    const part = (from: number): Feeds =>
      Object.fromEntries(
        ['x', 'target', 'weight'].map((name) => [
          name,
          feeds[name].slice((from * feeds[name].length) / 2, ((from + 1) * feeds[name].length) / 2),
        ]),
      );
    const first = interpretModel(half.model, { ...feeds, ...part(0) });
    const carried = Object.fromEntries(
      half.states.map(({ name }) => [`state.${name}`, first.get(`state.${name}_next`)!]),
    );
    const second = interpretModel(half.model, { ...feeds, ...part(1), ...carried });
    const expected = interpretModel(whole.model, feeds);
    for (const { name } of whole.states)
      expect(second.get(`state.${name}_next`)).toEqual(expected.get(`state.${name}_next`));
  });

  it('gives dL/dS before every step, the direct share of its own answer included', () => {
    const random = new Random(6);
    const options = { step: stepRecipe({ ...shared, cell: 'rnn', layers: 1 }, random), batch: 1 } as const;
    const training = trained({ ...options, steps: 3, lossOn: 'last', loss: squaredError, stateGradients: true });
    const feeds = drawn(training, random);
    const slopes = interpretModel(training.model, feeds).get('grad.h')!;
    expect(slopes).toHaveLength(4 * 3);
    const lossFrom = (from: number, state: readonly number[]): number => {
      const rest = trained({ ...options, steps: 3 - from, lossOn: 'last', loss: squaredError });
      return interpretModel(rest.model, { ...feeds, x: feeds.x.slice(2 * from), 'state.h': state }).get('loss')![0];
    };
    let state = feeds['state.h'];
    for (let t = 0; t < 3; t++) {
      const bumped = (i: number, e: number): number => lossFrom(t, state.with(i, state[i] + e));
      const expected = state.map((_, i) => (bumped(i, 1e-5) - bumped(i, -1e-5)) / 2e-5);
      expect(maxDifference(slopes.slice(3 * t, 3 * t + 3), expected)).toBeLessThan(1e-8);
      const one = evaluationGraph({ ...options, steps: 1, lossOn: 'last' });
      state = interpretModel(one.model, { ...feeds, x: feeds.x.slice(2 * t, 2 * t + 2), 'state.h': state }).get(
        'state.h_next',
      )!;
    }
    expect(Math.max(...slopes.slice(9).map(Math.abs))).toBeGreaterThan(0.01);
  });

  it('leaves a weight alone that the loss does not hang on, and takes over what the step says of one', () => {
    const g = new GraphBuilder('statistics');
    const x = g.input('x', ['batch', 1]);
    const [w, unused, mean] = [g.weight('w', [1, 1], [2]), g.weight('unused', [1], [5]), g.weight('mean', [1, 1], [1])];
    const alive = g.input('alive', ['batch', 1]);
    const fresh = g.op('Div', [
      g.op('ReduceSum', [g.op('Mul', [x, alive]), g.ints([0])], { keepdims: 1 }),
      g.op('ReduceSum', [alive, g.ints([0])], { keepdims: 1 }),
    ]);
    g.output('y', g.op('Reshape', [g.op('MatMul', [g.op('Sub', [x, fresh]), w]), g.ints([0, 1, 1])]));
    g.output('mean_next', g.op('Add', [g.op('Mul', [mean, g.scalar(0.5)]), g.op('Mul', [fresh, g.scalar(0.5)])]));
    g.output('spare', g.op('Add', [x, unused]));
    const training = trained({ step: g.model(), steps: 2, batch: 2, loss: squaredError, optimiser: sgd() });
    const found = interpretModel(training.model, {
      ...drawn(training, new Random(1)),
      x: [1, 2, 3, 100],
      alive: [1, 1, 1, 0],
      target: [0, 0, 0, 0],
      weight: [1, 1, 1, 0],
      rate: [0.1],
    });
    expect(found.get('unused_next')).toEqual([5]);
    expect(found.get('mean_next')).toEqual([1.5]);
    expect(found.get('loss')![0]).toBeCloseTo((4 + 0 + 4) / 3, 6);
    expect(found.get('d.w')![0]).toBeCloseTo((2 * 2 * (1 + 1)) / 3, 6);
    expect(found.get('w_next')![0]).toBeCloseTo(2 - 0.1 * (8 / 3), 6);
  });

  it('clips by value and by norm, and says how much', () => {
    const step = stepRecipe({ ...shared, cell: 'rnn', layers: 1 }, new Random(2));
    const run = (limits: Partial<TrainingGraphOptions>) => {
      const training = trained({ step, steps: 2, batch: 2, loss: squaredError, optimiser: sgd(), ...limits });
      const feeds = drawn(training, new Random(3));
      const found = interpretModel(training.model, { ...feeds, rate: [1] });
      const moved = training.weights.flatMap(({ name }) =>
        found.get(`${name}_next`)!.map((w, i) => feeds[name][i] - w),
      );
      return { found, moved, raw: training.weights.flatMap(({ name }) => [...found.get(`d.${name}`)!]) };
    };
    const free = run({});
    const norm = Math.hypot(...free.raw);
    expect(free.found.get('norm')![0]).toBeCloseTo(norm, 12);
    expect(free.found.get('clipped')).toEqual([0]);
    expect(maxDifference(free.moved, free.raw)).toBeLessThan(1e-12);
    const byNorm = run({ clipNorm: norm / 2 });
    expect(byNorm.found.get('clipped')).toEqual([1]);
    expect(Math.hypot(...byNorm.moved)).toBeCloseTo(norm / 2, 6);
    const byValue = run({ clipValue: 0.1 });
    const beyond = free.raw.filter((d) => Math.abs(d) > 0.1).length;
    expect(byValue.found.get('clipped')![0]).toBeCloseTo(beyond / free.raw.length, 6);
    expect(Math.max(...byValue.moved.map(Math.abs))).toBeCloseTo(0.1, 6);
    expect(byValue.found.get('norm')![0]).toBeCloseTo(norm, 12);
  });

  describe('refuses', () => {
    const recurrent = (build: (g: GraphBuilder, h: string, w: string) => string): ModelProto => {
      const g = new GraphBuilder('step');
      const [x, h] = [g.input('x', ['batch', 2]), g.input('h', ['batch', 2])];
      const next = g.op('Add', [x, build(g, h, g.weight('w', [2], [1, 2]))]);
      g.output('y', g.op('Reshape', [next, g.ints([0, 1, 2])]));
      g.output('h_next', next);
      return g.model();
    };

    it('an operator without a gradient that a weight goes through, by its name and that of the weight', () => {
      const step = recurrent((g, h, w) => g.ops(1, 'Softsign', [g.op('Mul', [h, w])], {}, 'bell')[0]);
      expect(() => trained({ step, steps: 2, batch: 2 })).toThrow(TypeError);
      expect(() => trained({ step, steps: 2, batch: 2 })).toThrow(
        /\(Softsign\), which w goes through: no gradient rule for operator Softsign/,
      );
    });

    it('a state that hangs on the sum over the batch', () => {
      const step = recurrent((g, h, w) => g.op('Mul', [w, g.op('ReduceSum', [h, g.ints([0])], { keepdims: 1 })]));
      expect(() => trained({ step, steps: 2, batch: 2 })).toThrow(/\(ReduceSum\).*sums over the batch/);
    });
  });
});
