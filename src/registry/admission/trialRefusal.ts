import { printable } from '../../onnx/safety/refusal.js';
import type { AdmissionCode } from './trialProtocol.js';

/** Thrown inside a trial; it becomes the answer. */
export class TrialRefusal extends Error {
  readonly code: AdmissionCode;

  constructor(code: AdmissionCode, reason: string) {
    super(printable(reason));
    this.name = 'TrialRefusal';
    this.code = code;
  }
}
