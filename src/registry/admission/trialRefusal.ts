import { CodedRefusal } from '../../onnx/safety/refusal.js';
import type { AdmissionCode } from './trialProtocol.js';

/** Thrown inside a trial; it becomes the answer. */
export class TrialRefusal extends CodedRefusal<AdmissionCode> {}
