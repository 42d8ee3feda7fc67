import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../../../src/inference/loadModel.js';
import { createOrtStepper } from '../../../../src/inference/ortStepper.js';
import { decodeModel, encodeModel } from '../../../../src/onnx/codec.js';
import { withMetadata } from '../../../../src/onnx/withMetadata.js';
import { TrialRefusal } from '../../../../src/registry/admission/trialRefusal.js';
import { type OpenModel, tryModel } from '../../../../src/registry/admission/tryModel.js';
import { hostileModels } from '../../../support/hostileModels.js';
import { requestOf } from '../../../support/pushOf.js';

const open: OpenModel = async (bytes, maxBatch) => {
  try {
    return await createOrtStepper(await describeModel('m', bytes, decodeModel(bytes)), bytes, { maxBatch });
  } catch (error) {
    throw new TrialRefusal('contract', (error as Error).message);
  }
};

const trial = (bytes: Uint8Array) =>
  tryModel(bytes, { ...requestOf(bytes), file: '', maxBytes: 2 ** 24, memoryBytes: 0, latencyMs: 2 }, open);

const file = (path: string): Uint8Array => readFileSync(new URL(`../../../../${path}`, import.meta.url));
const models = hostileModels();

describe('tryModel', () => {
  it('finds nothing against a model of the package', async () => {
    expect(await trial(file('models/gru-base.onnx'))).toMatchObject({ ok: true });
  });

  it('finds nothing against what PyTorch wrote, with its metadata inside', async () => {
    const metadata = new TextDecoder().decode(file('test/fixtures/torchLstm.json'));
    const bytes = encodeModel(withMetadata(decodeModel(file('test/fixtures/torchLstm.onnx')), 'stepcast', metadata));
    expect(await trial(bytes)).toMatchObject({ ok: true });
  });

  it.each(models)('refuses $name', async ({ bytes, code, says }) => {
    expect(await trial(bytes)).toMatchObject({ ok: false, code, reason: expect.stringMatching(says) });
  });
});
