import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StepcastError } from '../../../src/errors.js';
import { loadModel } from '../../../src/inference/loadModel.js';
import { decodeModel, encodeModel } from '../../../src/onnx/codec.js';
import type { ModelProto } from '../../../src/onnx/modelProto.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

let folder: string;
let gru: ModelProto;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepcast-models-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The PyTorch GRU with something changed, written to a file of its own. */
async function changed(
  name: string,
  change: (model: ModelProto, metadata: Record<string, unknown>) => void,
): Promise<string> {
  gru = decodeModel(await readFile(fixture('torchGru.onnx')));
  const entry = gru.metadataProps![0];
  const metadata = JSON.parse(entry.value) as Record<string, unknown>;
  change(gru, metadata);
  entry.value = JSON.stringify(metadata);
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, encodeModel(gru));
  return path;
}

async function failure(path: string): Promise<StepcastError> {
  const error = await loadModel(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StepcastError);
  return error as StepcastError;
}

describe('loadModel', () => {
  it('reads a PyTorch export with its metadata inside', async () => {
    const { model } = await loadModel(fixture('torchGru.onnx'));
    expect(model).toMatchObject({ name: 'torchGru', version: 1, featureWidth: 5 });
    expect(model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(model.metadata).toMatchObject({ cell: 'gru', target: 'change', horizon: 6, levels: [0.1, 0.5, 0.9] });
    expect(model.states).toEqual([{ name: 'h', dims: [1, -1, 8], batchAxis: 1, size: 8 }]);
  });

  it('reads the metadata of a sidecar where the file has none', async () => {
    const { model } = await loadModel(fixture('torchLstm.onnx'));
    expect(model.metadata.cell).toBe('lstm');
    expect(model.states.map(({ name, size }) => [name, size])).toEqual([
      ['h', 16],
      ['c', 16],
    ]);
  });

  it('takes name and version from the metadata where they are given', async () => {
    const path = await changed('named', (_model, metadata) =>
      Object.assign(metadata, { name: 'greenhouse', version: 7 }),
    );
    expect((await loadModel(path)).model).toMatchObject({ name: 'greenhouse', version: 7 });
  });

  it('says that a file is missing', async () => {
    const error = await failure(join(folder, 'nowhere.onnx'));
    expect(error.code).toBe('MODEL_MISSING');
    expect(error.line).not.toContain('\n');
  });

  it('says that a file is no model, is empty, or is cut short', async () => {
    const whole = await readFile(fixture('torchGru.onnx'));
    const files = {
      text: Buffer.from('a,b\n1,2\n'),
      empty: Buffer.alloc(0),
      half: whole.subarray(0, whole.length / 2),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(folder, `${name}.onnx`);
      await writeFile(path, bytes);
      expect((await failure(path)).code, name).toBe('MODEL_UNREADABLE');
    }
  });

  const departures: [string, string, (model: ModelProto, metadata: Record<string, unknown>) => void][] = [
    ['metadata of another contract', 'metadata is wrong at contract', (_m, meta) => (meta.contract = 2)],
    ['levels out of order', 'levels must increase', (_m, meta) => (meta.levels = [0.5, 0.1, 0.9])],
    ['an unknown feature', 'unknown features: moonPhase', (_m, meta) => (meta.features = ['value', 'moonPhase'])],
    [
      'another width of x',
      'x is [batch, 5], but its features make [batch, 2]',
      (_m, meta) => (meta.features = ['value', 'diff']),
    ],
    ['no input x', 'it has no input x', (m) => (m.graph!.input[0].name = 'input')],
    ['no output y', 'it has no output y', (m) => (m.graph!.output[0].name = 'out')],
    ['a state without its successor', 'state h has no output h_next', (m) => (m.graph!.output[1].name = 'hn')],
    ['float64 inputs', 'x is not float32', (m) => (m.graph!.input[0].type!.tensorType!.elemType = 11)],
    [
      'a state of fixed batch',
      'exactly one batch axis',
      (m) => (m.graph!.input[1].type!.tensorType!.shape!.dim[1] = { dimValue: 1 }),
    ],
    [
      'another size of y',
      'not [batch, 6, 3]',
      (m) => (m.graph!.output[0].type!.tensorType!.shape!.dim[1] = { dimValue: 12 }),
    ],
    ['weights in another file', 'weights are in another file', (m) => (m.graph!.initializer[0].dataLocation = 1)],
  ];
  for (const [title, message, change] of departures) {
    it(`refuses ${title}, and says so`, async () => {
      const error = await failure(await changed('departure', change));
      expect(error.code).toBe('MODEL_CONTRACT');
      expect(error.message).toContain(message);
      expect(error.hint).toBeTruthy();
    });
  }

  it('asks for metadata where there is neither an entry nor a sidecar', async () => {
    const path = join(folder, 'bare.onnx');
    await writeFile(path, await readFile(fixture('torchLstm.onnx')));
    const error = await failure(path);
    expect(error.code).toBe('MODEL_CONTRACT');
    expect(error.hint).toContain('bare.json');
  });

  it('refuses metadata that is no JSON', async () => {
    await writeFile(join(folder, 'torn.json'), '{"contract":1,');
    await writeFile(join(folder, 'torn.onnx'), await readFile(fixture('torchLstm.onnx')));
    expect((await failure(join(folder, 'torn.onnx'))).message).toContain('no JSON');
  });
});
