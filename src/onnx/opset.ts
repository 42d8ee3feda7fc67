import type { ModelProto } from './modelProto.js';

/** The operator set this project writes, and the range it reads. */
export const opset = 17;
export const oldestOpset = 17;
export const newestOpset = 23;

/** IR version 8 is the one of opset 17. */
export const irVersion = 8;

/** The version of ONNX's own operators a file asks for; 0 when it does not say. */
export const opsetOf = ({ opsetImport = [] }: ModelProto): number =>
  opsetImport.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 0;
