/** Why a model is refused before anything of it runs. docs/security.md lists them. */
export const inspectionCodes = [
  'size', // of the file
  'protobuf', // no message of ONNX, or one that two readers could read differently
  'limits', // too deep, too many, too long
  'external-data',
  'sparse',
  'function',
  'training', // a training graph inside
  'control-flow',
  'domain', // operators of somebody's own
  'opset',
  'operator',
  'attribute',
  'tensor', // of another element type, or whose data do not fill it
  'not-finite', // weights
  'graph', // that contradicts itself
  'unbounded', // shapes that only a run would tell
  'tensor-size',
  'memory',
  'cost',
] as const;

export type InspectionCode = (typeof inspectionCodes)[number];

export interface Refusal {
  readonly code: InspectionCode;
  readonly reason: string; // one line: what, and where
}

const longest = 300;

/** Why, as a code for programs and a line for people. What a stranger wrote into the file is quoted without control characters. */
export abstract class CodedRefusal<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, reason: string) {
    super(printable(reason));
    this.name = new.target.name;
    this.code = code;
  }
}

/** Thrown inside the inspection, and turned into a `Refusal` by it. */
export class Refused extends CodedRefusal<InspectionCode> {}

/** One line of at most 300 characters. */
export function printable(text: string): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, '?');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
