import type { StepcastError } from '../errors.js';

/** Makes the error that refuses a model: what a device cannot do, and how to get a model that it can. */
export type Refusal = (message: string, hint?: string) => StepcastError;
