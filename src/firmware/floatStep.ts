import { type DeviceActivation, type DeviceLayer, type DeviceNetwork, gateCount, type Rows } from './deviceNetwork.js';

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
const activate: Readonly<Record<DeviceActivation, (a: number) => number>> = {
  tanh: Math.tanh,
  relu: (a) => Math.max(0, a),
  leakyRelu: (a) => (a > 0 ? a : 0.01 * a),
  sigmoid,
  elu: (a) => (a > 0 ? a : Math.expm1(a)),
};

/** What the rows of a step read, for those who measure them. */
export interface Seen {
  readonly x: ArrayLike<number>;
  readonly layers: { readonly in: Float64Array; readonly h: Float64Array; readonly reset: Float64Array }[]; // h before the step; reset: r·h
  readonly v: Float64Array; // what the dense layer reads, or the head
  readonly head: Float64Array; // what the head reads
}

/** A network in double precision: what the other forms of it are measured against. Owns its state. */
export class FloatNetwork {
  readonly network: DeviceNetwork;
  readonly #h: Float64Array[];
  readonly #c: Float64Array[];

  constructor(network: DeviceNetwork) {
    this.network = network;
    this.#h = network.layers.map(({ hidden }) => new Float64Array(hidden));
    this.#c = network.layers.map(({ hidden }) => new Float64Array(hidden));
  }

  reset(): void {
    for (const state of [...this.#h, ...this.#c]) state.fill(0);
  }

  /** Steps x [columns] to y [horizon·levels]. */
  step(x: ArrayLike<number>, onSeen?: (seen: Seen) => void): Float64Array {
    const { network } = this;
    const layers: Seen['layers'] = [];
    let value: ArrayLike<number> = x;
    for (const [k, layer] of network.layers.entries()) {
      const before = this.#h[k].slice();
      const reset = this.#stepLayer(k, layer, value);
      layers.push({ in: Float64Array.from(value), h: before, reset });
      const given = value;
      value = network.residual && k > 0 ? this.#h[k].map((each, u) => each + given[u]) : this.#h[k].slice();
    }
    const v = Float64Array.from(value);
    const { dense, direct, gated, horizon, levels } = network;
    const head = dense ? rowsTimes(dense.rows, v).map(activate[dense.activation]) : v;
    const y = rowsTimes(network.head, head);
    if (direct) rowsTimes(direct, x).forEach((each, i) => void (y[i] += each));
    const gates = rowsTimes(network.gates, head);
    for (const [j, { from, width }] of gated.entries())
      for (let i = 0; i < y.length; i++) {
        const k = Math.floor(i / levels);
        y[i] += gates[j * horizon + k] * x[from + (width === 1 ? 0 : k)];
      }
    onSeen?.({ x, layers, v, head });
    return y;
  }

  #stepLayer(k: number, { cell, hidden: H, x, h, c }: DeviceLayer, input: ArrayLike<number>): Float64Array {
    const state = this.#h[k];
    const before = state.slice();
    const phi = activate[this.network.activation];
    const a = rowsTimes(x, input);
    const u = rowsTimes(h, state);
    const reset = new Float64Array(H);
    const gate = (g: number, i: number): number => a[g * H + i] + u[g * H + i];
    if (cell === 'rnn') {
      for (let i = 0; i < H; i++) state[i] = phi(gate(0, i));
      return reset;
    }
    if (cell === 'lstm') {
      for (let i = 0; i < H; i++) {
        this.#c[k][i] = sigmoid(gate(2, i)) * this.#c[k][i] + sigmoid(gate(0, i)) * phi(gate(3, i));
        state[i] = sigmoid(gate(1, i)) * phi(this.#c[k][i]);
      }
      return reset;
    }
    for (let i = 0; i < H; i++) reset[i] = sigmoid(gate(1, i)) * before[i];
    const again = cell === 'gru' ? undefined : rowsTimes(h, reset);
    for (let i = 0; i < H; i++) {
      const written = again ? again[2 * H + i] : sigmoid(gate(1, i)) * (u[2 * H + i] + c[i]);
      const n = phi(a[2 * H + i] + written);
      state[i] = n + sigmoid(gate(0, i)) * (before[i] - n);
    }
    return reset;
  }

  /** Multiply–adds of a step. */
  get multiplyAdds(): number {
    const { layers, dense, head, direct, gates } = this.network;
    const cells = layers.reduce((sum, { cell, hidden, x }) => sum + gateCount[cell] * hidden * (x.inputs + hidden), 0);
    return cells + (dense?.rows.w.length ?? 0) + head.w.length + (direct?.w.length ?? 0) + gates.w.length;
  }
}

function rowsTimes({ count, inputs, w, bias }: Rows, v: ArrayLike<number>): Float64Array {
  const out = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    let sum = bias[n];
    for (let i = 0; i < inputs; i++) sum += w[n * inputs + i] * v[i];
    out[n] = sum;
  }
  return out;
}
