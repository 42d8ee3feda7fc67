export type DeviceCell = 'rnn' | 'gru' | 'gru-reset-before' | 'lstm';
export type DeviceActivation = 'tanh' | 'relu' | 'leakyRelu' | 'sigmoid' | 'elu';

/** N answers to I inputs: w·v + bias, w row-major [N, I]. */
export interface Rows {
  readonly count: number;
  readonly inputs: number;
  readonly w: Float32Array;
  readonly bias: Float32Array; // zeros where the format has none
}

/** A layer's gates one after another in ONNX order (z r n; i o f c), H rows each. */
export interface DeviceLayer {
  readonly cell: DeviceCell;
  readonly hidden: number;
  readonly x: Rows; // with all biases but c
  readonly h: Rows; // bias zero
  readonly c: Float32Array; // recurrent bias of the GRU's n, [H]; empty for the others
}

/** A step model as plain weights: what a device can run. Formulas: firmware-bridge/protocol/model.md. */
export interface DeviceNetwork {
  readonly columns: number;
  readonly horizon: number;
  readonly levels: number;
  readonly activation: DeviceActivation; // of the cells
  readonly residual: boolean;
  readonly layers: readonly DeviceLayer[];
  readonly dense?: { readonly activation: DeviceActivation; readonly rows: Rows };
  readonly head: Rows; // horizon·levels rows
  readonly direct?: Rows; // of x
  readonly gated: readonly { readonly from: number; readonly width: number }[];
  readonly gates: Rows; // gated·horizon rows
}

export const gateCount = { rnn: 1, gru: 3, 'gru-reset-before': 3, lstm: 4 } as const satisfies Record<
  DeviceCell,
  number
>;

/** Numbers of a network, all told. */
export const parametersOf = ({ layers, dense, head, direct, gates }: DeviceNetwork): number => {
  const size = (rows: Rows | undefined): number => (rows ? rows.w.length + rows.bias.length : 0);
  const layer = ({ x, h, c }: DeviceLayer): number => size(x) + h.w.length + c.length;
  return (
    layers.reduce((sum, each) => sum + layer(each), 0) +
    size(dense?.rows) +
    size(head) +
    (direct?.w.length ?? 0) +
    size(gates)
  );
};

/** Rows of a matrix that is stored [inputs, count]. */
export function rowsOf(
  stored: ArrayLike<number>,
  inputs: number,
  count: number,
  bias?: ArrayLike<number>,
  isTransposed = false,
): Rows {
  const w = new Float32Array(count * inputs);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < inputs; i++) w[n * inputs + i] = stored[isTransposed ? n * inputs + i : i * count + n];
  return { count, inputs, w, bias: bias ? Float32Array.from(bias) : new Float32Array(count) };
}

/** The same rows for inputs that were scale·v + shift before: w·(scale·v + shift) + bias. */
export function withInputs(rows: Rows, scale: ArrayLike<number>, shift: ArrayLike<number>): Rows {
  const { count, inputs } = rows;
  const w = new Float32Array(rows.w.length);
  const bias = Float32Array.from(rows.bias);
  for (let n = 0; n < count; n++) {
    let moved = rows.bias[n];
    for (let i = 0; i < inputs; i++) {
      const weight = rows.w[n * inputs + i];
      w[n * inputs + i] = weight * scale[i];
      moved += weight * shift[i];
    }
    bias[n] = moved;
  }
  return { count, inputs, w, bias };
}
