/*
 * The process in which a pushed model is tried, and which ends with it. It reads the file, judges it, and says so on descriptor 3.
 */
import { readFileSync, statSync, writeSync } from 'node:fs';
import { StepcastError } from '../errors.js';
import { decodeModel } from '../onnx/codec.js';
import type { AdmissionCode, TrialReply, TrialTask } from '../registry/admission/trialProtocol.js';
import { beganSign, replyDescriptor } from '../registry/admission/trialProtocol.js';
import { TrialRefusal } from '../registry/admission/trialRefusal.js';
import { type OpenModel, tryModel } from '../registry/admission/tryModel.js';

writeSync(replyDescriptor, beganSign);

const orphanCheckMs = 1000;
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(1), orphanCheckMs).unref();

/** The runtime is loaded only for what has passed the inspection. */
const open: OpenModel = async (bytes, maxBatch) => {
  const { describeModel } = await import('../inference/loadModel.js');
  const { createOrtStepper } = await import('../inference/ortStepper.js');
  try {
    return await createOrtStepper(await describeModel('the pushed model', bytes, decodeModel(bytes)), bytes, {
      maxBatch,
    });
  } catch (error) {
    if (error instanceof StepcastError && !outOfMemory.test(error.message))
      throw new TrialRefusal('contract', error.message);
    throw error;
  }
};

const outOfMemory = /bad_alloc|out of memory|allocat/i;

/** Linux says what it was limited to; what cannot be limited is not run. */
function checkCaps({ memoryBytes }: TrialTask): void {
  if (process.platform !== 'linux') return;
  const limit = /^Max data size\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  if (limit === undefined || Number(limit) > memoryBytes + 1024)
    throw new TrialRefusal('node', 'the memory of its trial cannot be limited on this machine');
}

async function answer(): Promise<TrialReply> {
  const refused = (code: AdmissionCode, reason: string): TrialReply => ({ ok: false, code, reason });
  try {
    const task = JSON.parse(readFileSync(0, 'utf8')) as TrialTask;
    checkCaps(task);
    const { size } = statSync(task.file);
    if (size > task.maxBytes) return refused('size', `the file has ${size} bytes, more than ${task.maxBytes}`);
    return await tryModel(readFileSync(task.file), task, open);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof TrialRefusal) return refused(error.code, message);
    if (outOfMemory.test(message)) return refused('trial-memory', 'its trial needs more memory than it may have');
    if ((error as NodeJS.ErrnoException).syscall) return refused('node', message);
    return refused('trial-crash', message);
  }
}

writeSync(replyDescriptor, JSON.stringify(await answer()));
process.exit(0);
