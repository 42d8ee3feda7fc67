/** How much a model may be. The defaults leave room for networks a hundred times the shipped ones. */
export interface SafetyLimits {
  readonly maxBytes: number; // of the file
  readonly depth: number; // of messages in one another
  readonly nodes: number;
  readonly tensors: number; // initializers and constants
  readonly nameChars: number;
  readonly textBytes: number; // documentation and metadata
  readonly rank: number;
  readonly batch: number; // rows the sizes below are for
  readonly tensorBytes: number; // of one value
  readonly memoryBytes: number; // of all values of a run together, as if none were freed
  readonly multiplyAdds: number; // of one row
}

const MiB = 2 ** 20;

export const safetyLimits: SafetyLimits = {
  maxBytes: 16 * MiB,
  depth: 16,
  nodes: 10_000,
  tensors: 10_000,
  nameChars: 512,
  textBytes: 256 * 1024,
  rank: 8,
  batch: 256,
  tensorBytes: 64 * MiB,
  memoryBytes: 512 * MiB,
  multiplyAdds: 100e6,
};
