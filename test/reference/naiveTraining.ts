import type { Loss } from '../../src/nn/losses/loss.js';
import { differentiate } from '../../src/onnx/differentiate.js';
import { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import { inline } from '../../src/onnx/inline.js';
import type { ModelProto } from '../../src/onnx/modelProto.js';
import { readGraph } from '../../src/onnx/readGraph.js';

export interface NaiveOptions {
  readonly step: ModelProto;
  readonly steps: number;
  readonly batch: number;
  readonly loss: Loss;
  readonly lossOn: 'every' | 'last';
}

/** The step copied `steps` times and differentiated as one graph: what the training graph must agree with. Outputs: loss, d.NAME, state.S_next. */
export function naiveTraining({ step, steps, batch, loss, lossOn }: NaiveOptions): ModelProto {
  const graph = readGraph(step);
  const g = new GraphBuilder('naive');
  const outputs = graph.outputs.map(({ name }) => name);
  const fixed = (shape: readonly (string | number)[]): number[] =>
    shape.map((dim) => (typeof dim === 'string' ? batch : dim));
  const states = graph.inputs.filter(({ name }) => outputs.includes(`${name}_next`));
  const weights = Object.fromEntries([...graph.weights].map(([name, { dims }]) => [name, g.input(name, dims)]));
  let carried = Object.fromEntries(states.map(({ name, shape }) => [name, g.input(`state.${name}`, fixed(shape))]));
  const parts = graph.inputs
    .filter(({ name }) => !outputs.includes(`${name}_next`))
    .map(({ name, shape }) => {
      const rows = g.input(name, [steps * batch, ...fixed(shape).slice(1)]);
      return [name, g.ops(steps, 'Split', [rows, g.ints(new Array<number>(steps).fill(batch))], { axis: 0 })] as const;
    });
  const answers: string[] = [];
  for (let t = 0; t < steps; t++) {
    const now = Object.fromEntries(parts.map(([name, all]) => [name, all[t]]));
    const values = inline(g, graph, { ...weights, ...carried, ...now });
    answers.push(values.get('y')!);
    carried = Object.fromEntries(states.map(({ name }) => [name, values.get(`${name}_next`)!]));
  }
  const y = lossOn === 'last' ? answers[steps - 1] : g.op('Concat', answers, { axis: 0 });
  const [rows, horizon] = g.shape(y).map(Number);
  const value = loss.build(g, y, g.input('target', [rows, horizon]), g.input('weight', [rows, horizon]));
  g.output('loss', value);
  const slopes = differentiate(g, value, Object.values(weights));
  for (const [name, weight] of Object.entries(weights)) g.output(`d.${name}`, slopes.get(weight)!);
  for (const [name, last] of Object.entries(carried)) g.output(`state.${name}_next`, last);
  return g.model();
}
