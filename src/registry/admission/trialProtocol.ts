import type { InspectionCode } from '../../onnx/safety/refusal.js';
import type { Admission, AdmissionRequest } from '../push/admission.js';

/** Why the trial refuses what the inspection let through. */
export const trialCodes = [
  'hash', // the file is not the one that was announced
  'contract',
  'contract-digest', // its metadata are not those that were announced
  'golden', // it does not answer what its maker said it answers
  'output', // not finite
  'determinism',
  'batch', // a row is told by others what to answer
  'latency',
  'trial-memory',
  'trial-time',
  'trial-crash',
  'node', // nothing is known against the model: this machine could not try it
] as const;

export type TrialCode = (typeof trialCodes)[number];
export type AdmissionCode = InspectionCode | TrialCode;

/** What the child process is told on its standard input. */
export interface TrialTask {
  readonly file: string;
  readonly manifest: AdmissionRequest['manifest'];
  readonly maxBytes: number; // of the file
  readonly memoryBytes: number; // that it must find itself limited to
  readonly latencyMs: number; // processor time of a step of one row
}

/** What it says on descriptor 3, before it ends. */
export type TrialReply = Admission;
export const replyDescriptor = 3;
export const beganSign = ' '; // before anything else: what ends a process without it is no fault of a model
export const mostReplyBytes = 1 << 20; // metadata and shapes
