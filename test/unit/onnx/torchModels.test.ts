import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../../src/onnx/codec.js';
import { differentiate } from '../../../src/onnx/differentiate.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { inline } from '../../../src/onnx/inline.js';
import { readGraph } from '../../../src/onnx/readGraph.js';
import { maxDifference } from '../../reference/centralDifference.js';
import { interpretGraph } from '../../reference/interpretGraph.js';

type Numbers = Record<string, number[]>;
const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
const oracle = JSON.parse(fixture('torchModels.json').toString()) as {
  torch: string;
  batch: number;
  models: Record<string, { inputs: Numbers; outputs: Numbers; k: Numbers; gradients: Numbers }>;
};

describe(`models that PyTorch ${oracle.torch} exported`, () => {
  for (const [name, { inputs, outputs, k, gradients }] of Object.entries(oracle.models)) {
    it(`${name}: answers and gradients are those of autograd`, () => {
      const graph = readGraph(decodeModel(fixture(`${name}.onnx`)));
      const g = new GraphBuilder(name);
      const given: Record<string, string> = {};
      const feeds: Numbers = { ...inputs };
      for (const { name: input, shape } of graph.inputs) {
        given[input] = g.input(
          input,
          shape.map((dim) => (dim === 'batch' ? oracle.batch : dim)),
        );
      }
      for (const [weight, { dims, data }] of graph.weights) {
        given[weight] = g.input(weight, dims);
        feeds[weight] = [...data];
      }
      const values = inline(g, graph, given, { lower: true });
      const loss = graph.outputs
        .map(({ name: output }) => {
          const value = values.get(output)!;
          const weighted = g.op('Mul', [value, g.constant(k[output], g.shape(value).map(Number))]);
          return g.op('ReduceSum', [weighted], { keepdims: 0 });
        })
        .reduce((a, b) => g.op('Add', [a, b]));
      const trained = [...graph.weights.keys()].filter((weight) => !graph.statistics.has(weight));
      const states = Object.keys(inputs).filter((input) => input !== 'x');
      expect(new Set([...trained, ...states])).toEqual(new Set(Object.keys(gradients)));
      const found = differentiate(g, loss, [...trained, ...states]);

      const computed = interpretGraph(g, feeds);
      let worst = 0;
      for (const [output, expected] of Object.entries(outputs))
        worst = Math.max(worst, maxDifference(computed.get(values.get(output)!)!.data, expected));
      for (const [value, expected] of Object.entries(gradients))
        worst = Math.max(worst, maxDifference(computed.get(found.get(value)!)!.data, expected));
      console.log(`${name}: maximum difference ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(4e-8);
    });
  }
});
