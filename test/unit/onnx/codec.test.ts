import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.js';
import { floatTensor, intTensor, tensorValues } from '../../../src/onnx/tensor.js';

const fixture = new URL('../../fixtures/torchLstm.onnx', import.meta.url);

describe('codec', () => {
  it('reads what PyTorch wrote', () => {
    const { opsetImport, producerName, graph } = decodeModel(readFileSync(fixture));
    expect(producerName).toBe('pytorch');
    expect(opsetImport).toEqual([{ version: 17 }]);
    expect(graph!.input.map(({ name }) => name)).toEqual(['x', 'h', 'c']);
    expect(graph!.input[1].type!.tensorType!.shape!.dim).toEqual([
      { dimValue: 2 },
      { dimParam: 'batch' },
      { dimValue: 8 },
    ]);
    expect(graph!.node.filter(({ opType }) => opType === 'LSTM')).toHaveLength(2);
    const weights = graph!.initializer.find(({ name }) => name === 'head.weight')!;
    expect(weights.dims).toEqual([18, 8]);
    expect(tensorValues(weights)).toHaveLength(144);
  });

  it('loses nothing of a foreign model by reading and writing it', () => {
    const bytes = readFileSync(fixture);
    const model = decodeModel(bytes);
    expect(decodeModel(encodeModel(model))).toEqual(model);
    expect(encodeModel(model).length).toBe(bytes.length);
  });

  it('writes the same bytes for the same model', () => {
    const build = (): Uint8Array => {
      const g = new GraphBuilder('g');
      g.output('y', g.op('Gemm', [g.input('x', ['batch', 2]), g.weight('w', [2, 2], [1, -2.5, 3, 4])], { alpha: 1 }));
      return encodeModel(g.model({ stepcast: '{}' }));
    };
    expect(build()).toEqual(build());
    const model = decodeModel(build());
    expect(model.metadataProps).toEqual([{ key: 'stepcast', value: '{}' }]);
    expect(model.graph!.node[0].attribute[0]).toMatchObject({ name: 'alpha', type: 1, f: 1 });
  });

  it('refuses bytes that are cut short', () => {
    const bytes = readFileSync(fixture);
    expect(() => decodeModel(bytes.subarray(0, bytes.length - 100))).toThrow();
  });
});

describe('tensorValues', () => {
  it('gives back what was put into a tensor, of either kind and either encoding', () => {
    expect(tensorValues(floatTensor('f', [2], [0.5, -2]))).toEqual([0.5, -2]);
    expect(tensorValues(intTensor('i', [3], [-1, 0, 2 ** 40]))).toEqual([-1, 0, 2 ** 40]);
    expect(tensorValues({ dims: [1], dataType: 1, floatData: [0.25] })).toEqual([0.25]);
    expect(tensorValues({ dims: [1], dataType: 7, int64Data: [-7] })).toEqual([-7]);
  });

  it('keeps the largest int64, which ends of slices are written as, an integer that fits again', () => {
    const largest = new Uint8Array(new BigInt64Array([2n ** 63n - 1n, -(2n ** 63n)]).buffer);
    const values = tensorValues({ dims: [2], dataType: 7, rawData: largest });
    expect(values).toEqual([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);
    expect(tensorValues(intTensor('i', [2], values))).toEqual(values);
  });

  it('refuses element types it does not read and weights kept elsewhere', () => {
    expect(() => tensorValues({ name: 't', dims: [1], dataType: 8 })).toThrow('tensor t: element type 8');
    expect(() => tensorValues({ name: 't', dims: [1], dataType: 1, dataLocation: 1 })).toThrow('in another file');
  });
});
