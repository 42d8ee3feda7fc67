import { columnBits, layerBits, layerStateBytes, padded } from './blobFormat.js';
import { carried, scaled, sigmoid15, squashed, tanh15 } from './integerMath.js';
import type { Blob, BlobBlock, BlobLayer } from './readBlob.js';

/** How often numbers came to the end of their range. */
export interface Saturation {
  columns: number; // of x, at ±16
  gates: number; // sums where tanh or σ is flat: beyond ±8
  cells: number; // c of an LSTM, at ±1024
  states: number; // values of h at ±1, to the last bit
}

const flat = 8;
const cellLimit = 2 ** 30;

/** The integer reference of the C kernels: the same bits (firmware-bridge/protocol/model.md). Owns its state. */
export class IntegerNetwork {
  readonly saturation: Saturation = { columns: 0, gates: 0, cells: 0, states: 0 };
  readonly #blob: Blob;
  readonly #h: Int16Array[];
  readonly #e: Uint16Array[];
  readonly #c: Int32Array[];

  /** @throws {RangeError} for a float model. */
  constructor(blob: Blob) {
    if (blob.kind !== 'int8') throw new RangeError('IntegerNetwork: the model is not an integer one');
    this.#blob = blob;
    this.#h = blob.layers.map(({ hidden }) => new Int16Array(hidden));
    this.#e = blob.layers.map(({ hidden }) => new Uint16Array(hidden));
    this.#c = blob.layers.map(({ hidden }) => new Int32Array(hidden));
  }

  reset(): void {
    for (const state of [...this.#h, ...this.#e, ...this.#c]) state.fill(0);
  }

  /** Steps x [columns], Q4.11, to y [horizon·levels] with `yBits` fraction bits. */
  step(x: Int16Array): Int32Array<ArrayBuffer> {
    const { layers, residual, dense } = this.#blob;
    for (const each of x) if (each === 32_767 || each === -32_768) this.saturation.columns++;
    let [value, bits] = [x, columnBits];
    for (const [k, layer] of layers.entries()) {
      const below = value;
      this.#stepLayer(k, layer, value, bits);
      value = this.#h[k].slice();
      if (residual && k > 0) {
        const [kept, lost] = [15 - layerBits(k, true), bits - layerBits(k, true)];
        for (let u = 0; u < value.length; u++) value[u] = (value[u] >> kept) + (below[u] >> lost);
      }
      bits = layerBits(k, residual);
    }
    if (dense) {
      const { rows, activation, q } = dense;
      const act = activation === 'sigmoid' ? sigmoid15 : squashed;
      value = Int16Array.from(value, (_, u) => act(row(rows, u, [{ v: value, bits }]), q));
      bits = 15;
    }
    return this.#head(value, bits, x);
  }

  /** The recurrent state as the device keeps it. */
  saveState(): Uint8Array {
    const bytes = new Uint8Array(this.#blob.stateBytes);
    this.#eachPart((at, part) => {
      bytes.set(new Uint8Array(part.buffer), at);
    });
    return bytes;
  }

  /** @throws {RangeError} for a state of another size. */
  loadState(bytes: Uint8Array): void {
    const { stateBytes } = this.#blob;
    if (bytes.length !== stateBytes)
      throw new RangeError(`IntegerNetwork: the state has ${stateBytes} bytes, got ${bytes.length}`);
    this.#eachPart((at, part) => {
      new Uint8Array(part.buffer).set(bytes.subarray(at, at + part.byteLength));
    });
  }

  #eachPart(visit: (at: number, part: Int16Array | Uint16Array | Int32Array) => void): void {
    let at = 0;
    for (const [k, { cell, hidden }] of this.#blob.layers.entries()) {
      visit(at, this.#h[k]);
      if (cell === 'gru' || cell === 'gru-reset-before') visit(at + 2 * hidden, this.#e[k]);
      if (cell === 'lstm') visit(at + padded(2 * hidden), this.#c[k]);
      at += layerStateBytes('int8', cell, hidden);
    }
  }

  #stepLayer(k: number, layer: BlobLayer, input: Int16Array, bits: number): void {
    const { cell, blocks, hidden, q } = layer;
    const h = this.#h[k].slice();
    const next = this.#h[k];
    const reads = (v: Int16Array): Read[] => [
      { v: input, bits },
      { v, bits: 15 },
    ];
    for (let u = 0; u < hidden; u++) {
      if (cell === 'rnn') next[u] = squashed(this.#flat(q, row(blocks[0], u, reads(h))), q);
      else if (cell === 'gru') this.#stepGru(k, u, layer, reads(h));
      else if (cell === 'lstm') this.#stepLstm(k, u, layer, reads(h));
    }
    if (cell === 'gru-reset-before') this.#stepGruBefore(k, layer, reads);
    for (const each of next) if (Math.abs(each) >= 32_767) this.saturation.states++;
  }

  #stepGru(k: number, u: number, { blocks: [block], q }: BlobLayer, [x, h]: readonly Read[]): void {
    const a = (p: number): number => (block.bias[3 * u + p] + product(block, 0, u, p, x)) | 0;
    const b = (p: number): number => product(block, 1, u, p, h);
    const z = sigmoid15(this.#flat(q, (a(0) + b(0)) | 0), q);
    const r = sigmoid15(this.#flat(q, (a(1) + b(1)) | 0), q);
    const n = (a(2) + scaled((block.c[u] + b(2)) | 0, r, 15)) | 0;
    this.#move(k, u, z, squashed(this.#flat(q, n), q));
  }

  #stepGruBefore(k: number, { blocks, hidden, q }: BlobLayer, reads: (v: Int16Array) => Read[]): void {
    const h = this.#h[k].slice();
    const z = new Int16Array(hidden);
    const reset = new Int16Array(hidden);
    for (let u = 0; u < hidden; u++) {
      z[u] = sigmoid15(this.#flat(q, row(blocks[0], u, reads(h), 0)), q);
      reset[u] = (sigmoid15(this.#flat(q, row(blocks[0], u, reads(h), 1)), q) * h[u] + 16_384) >> 15;
    }
    for (let u = 0; u < hidden; u++)
      this.#move(k, u, z[u], squashed(this.#flat(q, row(blocks[1], u, reads(reset))), q));
  }

  #stepLstm(k: number, u: number, { blocks: [block], q }: BlobLayer, reads: readonly Read[]): void {
    const sum = (p: number): number => this.#flat(q, row(block, u, reads, p));
    const [i, o, f] = [0, 1, 2].map((p) => sigmoid15(sum(p), q));
    const before = this.#c[k][u];
    const kept = (Math.imul(before >> 15, f) + (((before & 32_767) * f + 16_384) >>> 15)) | 0;
    const told = (kept + ((i * squashed(sum(3), q)) >> 10)) | 0;
    if (Math.abs(told) >= cellLimit) this.saturation.cells++;
    this.#c[k][u] = Math.max(-cellLimit, Math.min(cellLimit, told));
    this.#h[k][u] = (o * tanh15((this.#c[k][u] + 16) >> 5) + 16_384) >> 15;
  }

  #flat(q: number, sum: number): number {
    if (Math.abs(sum) >= flat * 2 ** q) this.saturation.gates++;
    return sum;
  }

  #move(k: number, u: number, z: number, n: number): void {
    const [h, e] = [this.#h[k], this.#e[k]];
    const v = z * (h[u] - n) + (e[u] & 32_767);
    e[u] = v & 32_767;
    h[u] = n + (v >> 15);
  }

  #head(value: Int16Array, bits: number, x: Int16Array): Int32Array<ArrayBuffer> {
    const { head, gated, gates, horizon, levels } = this.#blob;
    const reads = [
      { v: value, bits },
      { v: x, bits: columnBits },
    ];
    const y = Int32Array.from({ length: head.units }, (_, i) => row(head, i, reads));
    for (const [j, { from, width }] of gated.entries())
      for (let k = 0; k < horizon; k++) {
        const told = carried(row(gates, j * horizon + k, reads), x[from + (width === 1 ? 0 : k)]);
        for (let q = 0; q < levels.length; q++) y[k * levels.length + q] += told;
      }
    return y;
  }
}

interface Read {
  readonly v: Int16Array;
  readonly bits: number; // fraction bits
}

/** Row p of record u, of as many operands as it has. */
function row(block: BlobBlock, u: number, reads: readonly Read[], p = 0): number {
  let sum = block.bias[u * block.side + p];
  for (let k = 0; k < block.operands.length; k++) sum = (sum + product(block, k, u, p, reads[k])) | 0;
  return sum;
}

/** What operand k adds to row p of record u. */
function product({ side, operands }: BlobBlock, k: number, u: number, p: number, { v, bits }: Read): number {
  const { inputs, w, m } = operands[k];
  let acc = 0;
  for (let i = 0; i < inputs; i++) acc += w[(u * inputs + i) * side + p] * v[i];
  return scaled(acc, m[u * side + p], bits + 1);
}
