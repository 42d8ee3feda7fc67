import { createHash } from 'node:crypto';
import type { LoadedModel } from '../../forecast/modelContract.js';
import type { Stepper } from '../../forecast/stepper.js';
import { decodeModel } from '../../onnx/codec.js';
import { inspectModel } from '../../onnx/safety/inspectModel.js';
import { parseStrictJson } from '../../onnx/safety/parseStrictJson.js';
import { safetyLimits } from '../../onnx/safety/safetyLimits.js';
import type { Admission } from '../push/admission.js';
import { checkGolden } from './checkGolden.js';
import { checkLatency } from './checkLatency.js';
import { checkRuns, trialRows } from './checkRuns.js';
import type { TrialTask } from './trialProtocol.js';
import { TrialRefusal } from './trialRefusal.js';

/** Opens a step model of the contract on the runtime of this process. @throws {StepcastError} MODEL_CONTRACT or MODEL_UNREADABLE. */
export type OpenModel = (bytes: Uint8Array, maxBatch: number) => Promise<Stepper>;

/** The whole judgement of one file, in the process that is thrown away afterwards: bytes, contract, answers. */
export async function tryModel(bytes: Uint8Array, task: TrialTask, open: OpenModel): Promise<Admission> {
  try {
    return { ok: true, model: factsOf(await judged(bytes, task, open)) };
  } catch (error) {
    if (error instanceof TrialRefusal) return { ok: false, code: error.code, reason: error.message };
    throw error;
  }
}

async function judged(
  bytes: Uint8Array,
  { manifest, maxBytes, latencyMs }: TrialTask,
  open: OpenModel,
): Promise<LoadedModel> {
  const inspection = inspectModel(bytes, { ...safetyLimits, maxBytes });
  if (!inspection.ok) throw new TrialRefusal(inspection.code, inspection.reason);
  if (bytes.length !== manifest.size || sha256(bytes) !== manifest.sha256)
    throw new TrialRefusal('hash', 'the file is not the one its manifest describes');
  checkDigest(bytes, manifest.contractSha256);
  const stepper = await open(bytes, trialRows);
  await checkLatency(stepper, latencyMs);
  if (manifest.golden) await checkGolden(stepper, manifest.golden);
  await checkRuns(stepper);
  return stepper.model;
}

function checkDigest(bytes: Uint8Array, expected: string): void {
  const documents = (decodeModel(bytes).metadataProps ?? []).filter(({ key }) => key === 'stepcast');
  if (documents.length !== 1)
    throw new TrialRefusal('contract', `it carries ${documents.length} metadata documents (key stepcast), not one`);
  try {
    parseStrictJson(documents[0].value);
  } catch (error) {
    if (error instanceof RangeError) throw new TrialRefusal('contract', `its metadata have ${error.message}`);
    throw new TrialRefusal('contract', 'its metadata is no JSON document');
  }
  if (sha256(new TextEncoder().encode(documents[0].value)) !== expected)
    throw new TrialRefusal('contract-digest', 'its metadata are not those its manifest describes');
}

const factsOf = ({ metadata, featureWidth, states }: LoadedModel) => ({ metadata, featureWidth, states });

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
