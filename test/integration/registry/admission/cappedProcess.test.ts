import { beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeModel } from '../../../../src/onnx/codec.js';
import { GraphBuilder } from '../../../../src/onnx/graphBuilder.js';
import { AttributeType, ElementType, type GraphProto, type ValueInfoProto } from '../../../../src/onnx/modelProto.js';
import { boolTensor, floatTensor } from '../../../../src/onnx/tensor.js';
import { type CappedEnd, type Caps, runCapped } from '../../../../src/registry/admission/cappedProcess.js';
import { bundle } from '../../../support/bundle.js';

const MiB = 2 ** 20;
const caps: Caps = { memoryBytes: 512 * MiB, cpuSeconds: 20, timeMs: 240_000, replyBytes: 65_536 };

vi.setConfig({ testTimeout: 300_000 }); // a process of the lowest priority may wait long on a busy machine

let entry: string;
beforeAll(async () => {
  entry = await bundle('test/support/unguardedProcess.ts');
});

const doing = (act: string, more: Partial<Caps> = {}, model?: Uint8Array): Promise<CappedEnd> => {
  const input = JSON.stringify({ act, model: model && Buffer.from(model).toString('base64') });
  return runCapped({ entry, input, caps: { ...caps, ...more } });
};

/** `count` ones, made by the runtime as it runs. */
function ones(count: number): Uint8Array {
  const g = new GraphBuilder('ones');
  g.output('y', g.op('Expand', [g.weight('one', [1], [1]), g.ints([count])]));
  return encodeModel(g.model());
}

/** A loop with no end: its condition stays true. */
function endlessLoop(): Uint8Array {
  const value = (name: string, elemType: number, dims: number[]): ValueInfoProto => ({
    name,
    type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
  });
  const { int64, bool, float32 } = ElementType;
  const same = (from: string, to: string) => ({ opType: 'Identity', input: [from], output: [to], attribute: [] });
  const g: GraphProto = {
    name: 'body',
    node: [same('on', 'goOn'), same('v', 'next')],
    initializer: [],
    input: [value('i', int64, []), value('on', bool, []), value('v', float32, [1])],
    output: [value('goOn', bool, []), value('next', float32, [1])],
  };
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'loop',
      node: [
        {
          opType: 'Loop',
          input: ['', 'true', 'zero'],
          output: ['y'],
          attribute: [{ name: 'body', type: AttributeType.graph, g }],
        },
      ],
      initializer: [boolTensor('true', [], [1]), floatTensor('zero', [1], [0])],
      input: [],
      output: [value('y', float32, [1])],
    },
  });
}

describe('runCapped', () => {
  it('gives the process nothing of our environment, no folder of ours, and the lowest priority', async () => {
    const end = await doing('surroundings');
    const { env, ...rest } = JSON.parse(end.kind === 'replied' ? end.reply : '');
    expect(Object.keys(env).filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual([]); // a shell's own
    expect(rest).toEqual({ cwd: '/', priority: 19 });
  });

  it('lets a model run that needs less memory than it may have', async () => {
    expect(await doing('run', {}, ones(10e6))).toEqual({ kind: 'replied', reply: ' 10000000' });
  });

  it('holds the memory of WASM: a model that needs more fails to get it', async () => {
    expect(await doing('run', {}, ones(150e6))).toEqual({ kind: 'memory' });
  });

  it('holds the memory of the process itself', async () => {
    expect(await doing('hoard')).toEqual({ kind: 'memory' });
  });

  it('ends a loop inside the runtime, of which nothing else could tell', async () => {
    expect(await doing('run', { cpuSeconds: 3 }, endlessLoop())).toEqual({ kind: 'cpu' });
  });

  it('ends a process that spins, by its processor time', async () => {
    expect(await doing('spin', { cpuSeconds: 1 })).toEqual({ kind: 'cpu' });
  });

  it('ends a process that waits, by the clock', async () => {
    expect(await doing('sleep', { timeMs: 2000 })).toEqual({ kind: 'clock' });
  });

  it('ends a process that does not stop talking', async () => {
    expect(await doing('babble')).toEqual({ kind: 'reply-too-long' });
  });

  it('says of a process that ended without a word that it crashed', async () => {
    expect(await doing('silence')).toMatchObject({ kind: 'crashed', began: true });
  });

  it('rejects, with the process gone, when it is stopped', async () => {
    const controller = new AbortController();
    const end = runCapped({ entry, input: JSON.stringify({ act: 'sleep' }), caps, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(end).rejects.toThrow('enough');
  });
});
