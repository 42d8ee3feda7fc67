import type { Stepper } from '../forecast/stepper.js';
import type { OpenGraph } from '../training/graphRunner.js';

export interface OpenedModel {
  readonly stepper: Stepper;
  release(): Promise<void>;
}

/** What learning needs of its surroundings. */
export interface LearningRuntime {
  readonly openGraph: OpenGraph;
  /** A model file, held against the contract, one series at a time. @throws {StepcastError} MODEL_UNREADABLE or MODEL_CONTRACT. */
  openModel(bytes: Uint8Array, subject: string): Promise<OpenedModel>;
  /** Called between pieces of work of a few milliseconds: comes back when the next may begin. @throws when it is to end. */
  breathe(): Promise<void>;
}
