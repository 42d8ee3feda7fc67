import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { printable } from '../../onnx/safety/refusal.js';
import type { Admission, AdmissionRequest, Admit } from '../push/admission.js';
import { type CappedEnd, runCapped } from './cappedProcess.js';
import { type AdmissionCode, mostReplyBytes, type TrialReply, type TrialTask } from './trialProtocol.js';

export interface AdmissionOptions {
  readonly entry?: URL; // of the child process
  readonly memoryBytes?: number;
  readonly cpuSeconds?: number;
  readonly timeMs?: number;
  readonly latencyMs?: number;
  readonly mostRestMs?: number;
}

const MiB = 2 ** 20;

/**
 * Judges files in a child process each, one at a time, with a rest after each as long as it took: what a file does, it does to that. Nothing of it is
 * parsed here, and nothing is written anywhere.
 */
export function createAdmission({
  entry = new URL('./trialProcess.js', import.meta.url),
  memoryBytes = 512 * MiB,
  cpuSeconds = 60,
  timeMs = 300_000,
  latencyMs = 50,
  mostRestMs = 2000,
}: AdmissionOptions = {}): Admit {
  let last: Promise<unknown> = Promise.resolve();
  const judge = async (file: string, { manifest, limits, signal }: AdmissionRequest): Promise<Admission> => {
    const task: TrialTask = { file: resolve(file), manifest, maxBytes: limits.maxBytes, memoryBytes, latencyMs };
    const caps = { memoryBytes, cpuSeconds, timeMs, replyBytes: mostReplyBytes };
    let end: CappedEnd;
    try {
      end = await runCapped({ entry: fileURLToPath(entry), input: JSON.stringify(task), caps, signal });
    } catch (error) {
      signal?.throwIfAborted();
      return refused('node', `a trial could not be begun here: ${(error as Error).message}`);
    }
    switch (end.kind) {
      case 'replied':
        return JSON.parse(end.reply) as TrialReply;
      case 'memory':
        return refused('trial-memory', `its trial needs more memory than ${memoryBytes / MiB} MiB`);
      case 'cpu':
        return refused('trial-time', `its trial takes more than ${cpuSeconds} s of processor time`);
      case 'clock':
        return refused(
          'node',
          `its trial did not get ${cpuSeconds} s of processor time in ${timeMs / 1000} s: this machine is busy`,
        );
      case 'reply-too-long':
        return refused('trial-crash', `what its trial came to is longer than ${mostReplyBytes} bytes`);
      case 'crashed':
        return end.began
          ? refused('trial-crash', `its trial crashed: ${end.detail}`)
          : refused('node', `a trial could not be begun here: ${end.detail}`);
    }
  };
  return (file, request) => {
    let beganMs = 0;
    const turn = last.then(() => {
      beganMs = performance.now();
      return judge(file, request);
    });
    const rest = (): Promise<void> =>
      delay(Math.min(mostRestMs, performance.now() - beganMs), undefined, { ref: false });
    last = turn.catch(() => {}).then(rest);
    return turn;
  };
}

const refused = (code: AdmissionCode, reason: string): Admission => ({ ok: false, code, reason: printable(reason) });
