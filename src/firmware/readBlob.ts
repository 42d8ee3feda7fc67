import {
  activationCodes,
  type BlobKind,
  blobFlags,
  blobFormat,
  blobMagic,
  cellCodes,
  featureCodes,
  headerBytes,
  layerBlocks,
  layerStateBytes,
  padded,
} from './blobFormat.js';
import { crc32 } from './crc32.js';
import type { DeviceActivation, DeviceCell } from './deviceNetwork.js';

/** Rows as a blob holds them, `side` of them a record; weights [units, inputs, side]. Scales are there in an int8 blob. */
export interface BlobBlock {
  readonly units: number;
  readonly side: number;
  readonly bias: Float64Array; // [units, side]
  readonly c: Float64Array; // [units], where records have one bias more
  readonly operands: readonly BlobOperand[];
}

export interface BlobOperand {
  readonly inputs: number;
  readonly m: Uint16Array; // [units, side]
  readonly w: Float32Array; // [units, inputs, side]
}

export interface BlobLayer {
  readonly cell: DeviceCell;
  readonly hidden: number;
  readonly q: number;
  readonly blocks: readonly BlobBlock[];
}

/** A model of a device, read. */
export interface Blob {
  readonly kind: BlobKind;
  readonly name: string;
  readonly version: number;
  readonly sha256: string; // of the ONNX file
  readonly target: 'value' | 'change';
  readonly features: readonly string[];
  readonly columns: number;
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly season: number;
  readonly activation: DeviceActivation; // of the cells
  readonly residual: boolean;
  readonly layers: readonly BlobLayer[];
  readonly dense?: { readonly activation: DeviceActivation; readonly q: number; readonly rows: BlobBlock };
  readonly yBits: number;
  readonly head: BlobBlock; // of what the last layer gives, and of x where it reads that directly
  readonly gated: readonly { readonly from: number; readonly width: number }[];
  readonly gates: BlobBlock;
  readonly goldenSteps: number;
  readonly goldenX: Int16Array | Float32Array;
  readonly golden: Uint32Array | Float32Array; // CRC-32, or y
  readonly stateBytes: number; // of the recurrent state
  readonly sizeBytes: number;
}

/** Reads what `writeBlob` wrote. @throws {RangeError} for anything else, saying what is wrong. */
export function readBlob(given: Uint8Array): Blob {
  if (given.length < headerBytes) throw wrong('it is shorter than a header');
  const view = new DataView(given.buffer, given.byteOffset, given.byteLength);
  if (view.getUint32(0, true) !== blobMagic) throw wrong('it is no model blob');
  if (view.getUint16(4, true) !== blobFormat)
    throw wrong(`its format is ${view.getUint16(4, true)}, not ${blobFormat}`);
  const sizeBytes = view.getUint32(8, true);
  if (sizeBytes > given.length || sizeBytes < headerBytes + 4) throw wrong('it is cut short');
  const bytes = Uint8Array.from(given.subarray(0, sizeBytes)); // a Buffer would stay a view of its pool
  if (crc32(bytes.subarray(0, sizeBytes - 4)) !== view.getUint32(sizeBytes - 4, true)) throw wrong('its CRC is wrong');
  const head = readHeader(bytes, view);
  const cursor = new Cursor(bytes, head.kind);
  const features = Array.from(cursor.take(Uint8Array, head.kinds), (code) => featureCodes[code] ?? '');
  const levels = [...cursor.take(Float32Array, head.levels)];
  const gated = Array.from({ length: head.gated }, () => {
    const [from, width] = cursor.take(Uint16Array, 2);
    return { from, width };
  });
  let inputs = head.columns;
  const layers = head.cells.map((cell, k): BlobLayer => {
    const { hidden, q } = head.layers[k];
    const shape = { units: hidden, inputs: [inputs, hidden], hasC: cell === 'gru' };
    const blocks = layerBlocks[cell].map((gates) => cursor.block({ ...shape, side: gates.length }));
    inputs = hidden;
    return { cell, hidden, q, blocks };
  });
  const { flags, horizon } = head;
  const outputs = horizon * head.levels;
  const reads = flags & blobFlags.direct ? [inputs, head.columns] : [inputs];
  const dense = flags & blobFlags.dense ? cursor.block({ units: inputs, inputs: [inputs] }) : undefined;
  const rows = cursor.block({ units: outputs, inputs: reads });
  const gates = cursor.block({ units: head.gated * horizon, inputs: [inputs] });
  const isFloat = head.kind === 'float';
  const goldenX = isFloat
    ? cursor.take(Float32Array, head.goldenSteps * head.columns)
    : cursor.take(Int16Array, head.goldenSteps * head.columns);
  const golden = isFloat ? cursor.take(Float32Array, outputs) : cursor.take(Uint32Array, 1);
  if (cursor.at !== sizeBytes - 4) throw wrong('its size is not what its header makes it');
  return {
    ...{ kind: head.kind, name: head.name, version: head.version, sha256: head.sha256, target: head.target },
    ...{ features, columns: head.columns, horizon, levels, season: head.season, activation: head.activation },
    ...{ residual: (flags & blobFlags.residual) !== 0, layers, yBits: head.yBits, head: rows, gated, gates },
    ...(dense && { dense: { activation: head.denseActivation, q: head.denseQ, rows: dense } }),
    ...{ goldenSteps: head.goldenSteps, goldenX, golden, sizeBytes },
    stateBytes: layers.reduce((sum, { cell, hidden }) => sum + layerStateBytes(head.kind, cell, hidden), 0),
  };
}

function readHeader(bytes: Uint8Array, view: DataView) {
  const u16 = (at: number): number => view.getUint16(at, true);
  const kind: BlobKind = bytes[6] === 0 ? 'int8' : 'float';
  const codes = Object.entries(cellCodes) as [DeviceCell, number][];
  const count = bytes[24];
  const cells = [...bytes.subarray(104, 104 + count)].map((code) => codes.find(([, each]) => each === code)?.[0]);
  const isKnown = (cell: DeviceCell | undefined): cell is DeviceCell => cell !== undefined;
  if (bytes[6] > 1 || count < 1 || count > 4 || !cells.every(isKnown)) throw wrong('its header is not understood');
  const name = bytes.subarray(64, 96);
  return {
    ...{ kind, cells, kinds: bytes[23], levels: bytes[22], gated: bytes[25], flags: bytes[26] },
    ...{ columns: u16(16), horizon: u16(18), season: u16(20), goldenSteps: u16(30) },
    ...{ version: view.getUint32(12, true), yBits: bytes[29], denseQ: bytes[28] },
    target: bytes[7] === 0 ? ('value' as const) : ('change' as const),
    activation: kind === 'float' ? activationCodes[bytes[28]] : ('tanh' as const),
    denseActivation: activationCodes[bytes[27]],
    layers: cells.map((_, k) => ({ hidden: u16(96 + 2 * k), q: bytes[108 + k] })),
    sha256: Array.from(bytes.subarray(32, 64), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
  };
}

interface NumbersKind<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, at: number, length: number): T;
}

class Cursor {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #kind: BlobKind;
  at = headerBytes;

  constructor(bytes: Uint8Array<ArrayBuffer>, kind: BlobKind) {
    this.#bytes = bytes;
    this.#kind = kind;
  }

  take<T>(Kind: NumbersKind<T>, count: number): T {
    const values = this.#run(Kind, count);
    this.at = padded(this.at);
    return values;
  }

  block({ units, side = 1, inputs, hasC = false }: BlockShape): BlobBlock {
    const bias = new Float64Array(units * side);
    const c = new Float64Array(hasC ? units : 0);
    const operands = inputs.map((count) => ({
      inputs: count,
      m: new Uint16Array(units * side),
      w: new Float32Array(units * count * side),
    }));
    const isFloat = this.#kind === 'float';
    const more = hasC ? 1 : 0;
    const weights = side * inputs.reduce((sum, count) => sum + count, 0);
    for (let u = 0; u < units; u++) {
      const biases = isFloat ? this.#run(Float32Array, side + more) : this.#run(Int32Array, side + more);
      bias.set(biases.subarray(0, side), u * side);
      if (hasC) c[u] = biases[side];
      if (!isFloat) for (const { m } of operands) m.set(this.#run(Uint16Array, side), u * side);
      const all = isFloat ? this.#run(Float32Array, weights) : this.#run(Int8Array, weights);
      let at = 0;
      for (const { inputs: count, w } of operands) {
        w.set(all.subarray(at, at + count * side), u * count * side);
        at += count * side;
      }
      this.at = padded(this.at);
    }
    return { units, side, bias, c, operands };
  }

  #run<T>(Kind: NumbersKind<T>, count: number): T {
    const end = this.at + count * Kind.BYTES_PER_ELEMENT;
    if (end > this.#bytes.length) throw wrong('it is shorter than its header makes it');
    const values = new Kind(this.#bytes.buffer, this.at, count);
    this.at = end;
    return values;
  }
}

interface BlockShape {
  readonly units: number;
  readonly side?: number;
  readonly inputs: readonly number[];
  readonly hasC?: boolean;
}

const wrong = (what: string): RangeError => new RangeError(`readBlob: ${what}`);
