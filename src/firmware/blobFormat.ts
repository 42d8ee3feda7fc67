import type { DeviceActivation, DeviceCell } from './deviceNetwork.js';

/* Numbers of firmware-bridge/protocol/model.md. */

export const blobMagic = 0x314e4353;
export const blobFormat = 1;
export const headerBytes = 112;
export const columnBits = 11; // fraction bits of x

export const cellCodes: Readonly<Record<DeviceCell, number>> = { rnn: 1, gru: 2, 'gru-reset-before': 3, lstm: 4 };
export const activationCodes: readonly DeviceActivation[] = ['tanh', 'relu', 'leakyRelu', 'sigmoid', 'elu'];
export const featureCodes: readonly string[] = [
  '',
  ...['value', 'diff', 'missing', 'elapsed', 'day.sin', 'day.cos', 'week.sin', 'week.cos', 'weekend', 'season'],
];
export const blobFlags = { direct: 1, dense: 2, residual: 4 } as const;

/** Gates of a layer, in ONNX order, whose rows are stored side by side, block after block. */
export const layerBlocks: Readonly<Record<DeviceCell, readonly (readonly number[])[]>> = {
  rnn: [[0]],
  gru: [[0, 1, 2]],
  'gru-reset-before': [[0, 1], [2]],
  lstm: [[0, 1, 2, 3]],
};

/** Fraction bits of what layer `k` gives to the next. */
export const layerBits = (k: number, isResidual: boolean): number => (isResidual ? [15, 14, 13, 13][k] : 15);

export const padded = (bytes: number): number => (bytes + 3) & ~3;

export type BlobKind = 'int8' | 'float';

/** Bytes of the recurrent state of a layer. */
export function layerStateBytes(kind: BlobKind, cell: DeviceCell, hidden: number): number {
  if (kind === 'float') return (cell === 'lstm' ? 8 : 4) * hidden;
  if (cell === 'lstm') return padded(2 * hidden) + 4 * hidden;
  return cell === 'rnn' ? padded(2 * hidden) : 4 * hidden;
}
