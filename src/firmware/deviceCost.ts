import type { BlobKind } from './blobFormat.js';
import type { SourceSizes } from './cSource.js';
import { type DeviceCell, gateCount } from './deviceNetwork.js';
import type { Blob } from './readBlob.js';

export const deviceTargets = ['cortex-m0plus', 'cortex-m3', 'cortex-m4f'] as const;
export type DeviceTarget = (typeof deviceTargets)[number];

/** What a model needs on a target: an estimate from tables that a test holds against compilers and an emulator. */
export interface TargetCost {
  readonly target: DeviceTarget;
  readonly codeBytes: number; // kernels with all they take of the compiler's library; -O2
  readonly flashBytes: number; // with the model
  readonly ramBytes: number; // state of one series, scratch, the open model, a forecast; no stack
  readonly stepInstructions: number | null; // of the network, cells and head; null where nothing was measured
}

type Part = 'residual' | 'dense' | 'gated' | 'elapsed' | 'calendar';

interface CodeTable {
  readonly float: number;
  readonly int8: Readonly<Record<DeviceCell, number>>; // with this cell alone
  readonly parts: Readonly<Record<Part, number>>;
}

/** Bytes of code: arm-none-eabi-gcc 12.2 -O2, sections without use left out. */
const code: Readonly<Record<DeviceTarget, CodeTable>> = {
  'cortex-m0plus': {
    float: 11_516,
    int8: { rnn: 10_428, gru: 11_176, 'gru-reset-before': 11_040, lstm: 10_924 },
    parts: { residual: 144, dense: 420, gated: 432, elapsed: 244, calendar: 460 },
  },
  'cortex-m3': {
    float: 8532,
    int8: { rnn: 7334, gru: 8242, 'gru-reset-before': 7922, lstm: 7970 },
    parts: { residual: 120, dense: 268, gated: 244, elapsed: 216, calendar: 564 },
  },
  'cortex-m4f': {
    float: 6760,
    int8: { rnn: 5670, gru: 6586, 'gru-reset-before': 6262, lstm: 6306 },
    parts: { residual: 128, dense: 260, gated: 228, elapsed: 184, calendar: 412 },
  },
};

interface StepTable {
  readonly step: number;
  readonly unit: Readonly<Record<DeviceCell, number>>;
  readonly product: Readonly<Record<DeviceCell | 'head', number>>; // a multiply–add
  readonly row: number; // of the head
}

/** Instructions, as QEMU counts them, of the same code: a least-squares fit over 27 models a kind. */
const steps: Readonly<Record<DeviceTarget, Readonly<Record<BlobKind, StepTable>> | undefined>> = {
  'cortex-m0plus': undefined,
  'cortex-m3': {
    int8: {
      step: 306,
      unit: { rnn: 103, gru: 163, 'gru-reset-before': 260, lstm: 246 },
      product: { rnn: 4.36, gru: 2.67, 'gru-reset-before': 4.4, lstm: 3.01, head: 4.36 },
      row: 59,
    },
    float: {
      step: 839,
      unit: { rnn: 1362, gru: 3878, 'gru-reset-before': 3878, lstm: 6156 },
      product: { rnn: 100, gru: 95, 'gru-reset-before': 97, lstm: 93.7, head: 100 },
      row: 0,
    },
  },
  'cortex-m4f': {
    int8: {
      step: 307,
      unit: { rnn: 102, gru: 161, 'gru-reset-before': 260, lstm: 245 },
      product: { rnn: 4.37, gru: 2.67, 'gru-reset-before': 4.4, lstm: 3.01, head: 4.37 },
      row: 59,
    },
    float: {
      step: 207,
      unit: { rnn: 172, gru: 293, 'gru-reset-before': 293, lstm: 396 },
      product: { rnn: 9.74, gru: 8.18, 'gru-reset-before': 9, lstm: 7.81, head: 9.74 },
      row: 0,
    },
  },
};

const openModelBytes = 92;

/** Estimates for every target. */
export const deviceCosts = (blob: Blob, { stateBytes, scratchBytes }: SourceSizes): TargetCost[] =>
  deviceTargets.map((target) => {
    const codeBytes = codeOf(blob, code[target]);
    const table = steps[target]?.[blob.kind];
    return {
      target,
      codeBytes,
      flashBytes: codeBytes + blob.sizeBytes,
      ramBytes: stateBytes + scratchBytes + openModelBytes + 4 * blob.horizon * blob.levels.length,
      stepInstructions: table ? Math.round(instructions(blob, table)) : null,
    };
  });

/** Parts of the kernels that a model uses. */
export function partsOf({ residual, dense, gated, features }: Blob): Part[] {
  const used: Record<Part, boolean> = {
    residual,
    dense: dense !== undefined,
    gated: gated.length > 0,
    elapsed: features.includes('elapsed'),
    calendar: features.some((name) => /^(day|week)/.test(name)),
  };
  return (Object.keys(used) as Part[]).filter((part) => used[part]);
}

function codeOf(blob: Blob, { float, int8, parts }: CodeTable): number {
  const ofInt8 = new Set<Part>(['residual', 'dense', 'gated']);
  const used = partsOf(blob).filter((part) => blob.kind === 'int8' || !ofInt8.has(part));
  const further = used.reduce((sum, part) => sum + parts[part], 0);
  if (blob.kind === 'float') return float + further;
  return Math.max(...blob.layers.map(({ cell }) => int8[cell])) + further;
}

function instructions({ layers, columns, dense, head, gates }: Blob, { step, unit, product, row }: StepTable): number {
  let inputs = columns;
  let sum = step;
  for (const { cell, hidden } of layers) {
    sum += unit[cell] * hidden + product[cell] * gateCount[cell] * hidden * (inputs + hidden);
    inputs = hidden;
  }
  for (const block of [head, gates, ...(dense ? [dense.rows] : [])]) {
    const reads = block.operands.reduce((all, operand) => all + operand.inputs, 0);
    sum += block.units * (row + product.head * reads);
  }
  return sum;
}
