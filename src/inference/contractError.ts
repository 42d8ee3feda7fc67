import type { StepcastError } from '../errors.js';

/** Makes the error that says how one model file departs from the contract. */
export type ContractError = (message: string, hint?: string) => StepcastError;
