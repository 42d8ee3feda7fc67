import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StepcastError } from '../errors.js';
import { describeModel } from '../inference/loadModel.js';
import { createOrtStepper } from '../inference/ortStepper.js';
import { readModelFile } from '../inference/readModelFile.js';
import { decodeModel } from '../onnx/codec.js';
import { readSelfContained } from '../readSelfContained.js';
import { goldenOf } from '../registry/admission/checkGolden.js';
import { plausibleRows } from '../registry/admission/trialInputs.js';
import type { GoldenVectors } from '../registry/push/pushManifest.js';

const mostGoldenNumbers = 9_000; // of y: they travel in the manifest
const goldenSteps = 4;

export interface PushFile {
  readonly bytes: Uint8Array;
  readonly metadata: string; // as it stands in the file
  readonly golden: GoldenVectors | undefined;
}

/** A model as it is to be sent: its metadata inside, and what it answers here. @throws {StepcastError} MODEL_*. */
export async function readPushFile(path: string): Promise<PushFile> {
  await readModelFile(path); // says what is wrong with it as a file
  const bytes = await readSelfContained(path);
  const proto = decodeModel(bytes);
  const model = await describeModel(path, bytes, proto);
  const metadata = proto.metadataProps!.find(({ key }) => key === 'stepcast')!.value; // or the contract has refused it
  const stepper = await createOrtStepper(model, bytes, { maxBatch: 2 });
  try {
    const answers = model.metadata.horizon * model.metadata.levels.length;
    const steps = Math.min(goldenSteps, Math.floor(mostGoldenNumbers / Math.max(answers, model.featureWidth)));
    const rows = plausibleRows(1);
    const x = new Float32Array(steps * model.featureWidth);
    for (let step = 0; step < steps; step++) {
      rows(step, x.subarray(step * model.featureWidth, (step + 1) * model.featureWidth), model.featureWidth);
    }
    return { bytes, metadata, golden: steps > 0 ? await goldenOf(stepper, x, 1e-4) : undefined };
  } finally {
    await stepper.release();
  }
}

/** A private key file of `keygen`. @throws {StepcastError} KEY_UNUSABLE. */
export function signingKey(path: string): KeyObject {
  let cause: unknown;
  try {
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    cause = error;
  }
  const isMissing = (cause as NodeJS.ErrnoException)?.code === 'ENOENT';
  throw new StepcastError({
    ...{ code: 'KEY_UNUSABLE', op: 'read key', subject: path, cause },
    message: isMissing ? 'there is no such file' : 'it is no Ed25519 private key in PEM',
    hint: '`stepcast keygen --out FILE` makes one',
  });
}
