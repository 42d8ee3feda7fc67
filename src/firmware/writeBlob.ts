import type { ModelMetadata } from '../forecast/modelContract.js';
import {
  activationCodes,
  blobFlags,
  blobFormat,
  blobMagic,
  cellCodes,
  featureCodes,
  headerBytes,
  layerBlocks,
  padded,
} from './blobFormat.js';
import { BlobWriter } from './blobWriter.js';
import { crc32 } from './crc32.js';
import type { DeviceNetwork, Rows } from './deviceNetwork.js';
import { FloatNetwork } from './floatStep.js';
import { quantiseColumn } from './integerMath.js';
import { IntegerNetwork } from './integerNetwork.js';
import type { QuantisedNetwork } from './quantise.js';
import type { IntegerRows } from './quantiseRows.js';
import { readBlob } from './readBlob.js';

export interface BlobIdentity {
  readonly name: string;
  readonly version: number;
  readonly sha256: string; // hex, of the ONNX file
}

export interface BlobSource {
  readonly network: DeviceNetwork;
  readonly quantised?: QuantisedNetwork; // left out: a float model
  readonly metadata: Pick<ModelMetadata, 'features' | 'target' | 'levels'>;
  readonly season: number; // steps
  readonly identity: BlobIdentity;
  readonly golden: Float32Array; // columns of the steps of the self-test
}

/** The blob of a model, its golden section and its CRC included. */
export function writeBlob(source: BlobSource): Uint8Array<ArrayBuffer> {
  const { network, quantised, metadata, golden } = source;
  const writer = new BlobWriter();
  writer.section(header(source));
  writer.section(Uint8Array.from(metadata.features, (name) => featureCodes.indexOf(name)));
  writer.section(Float32Array.from(metadata.levels));
  for (const { from, width } of network.gated) writer.section(Uint16Array.of(from, width));
  for (const [k, layer] of network.layers.entries()) {
    const rows = quantised?.layers[k] ?? layer;
    const c = layer.cell === 'gru' ? rows.c : undefined;
    for (const gates of layerBlocks[layer.cell])
      putBlock(writer, { units: layer.hidden, gates, c, first: rows.x, second: rows.h });
  }
  const { dense, head, direct, gates } = { ...network, dense: network.dense?.rows };
  if (dense) putBlock(writer, { units: dense.count, gates: [0], first: quantised?.dense?.rows ?? dense });
  const second = quantised?.direct ?? direct;
  putBlock(writer, { units: head.count, gates: [0], first: quantised?.head ?? head, second });
  putBlock(writer, { units: gates.count, gates: [0], first: quantised?.gates ?? gates });
  const answers = quantised ? 1 : network.head.count;
  writer.section(quantised ? Int16Array.from(golden, quantiseColumn) : golden);
  writer.section(new Uint32Array(answers + 1)); // golden answers, CRC
  const bytes = writer.bytes();
  const view = new DataView(bytes.buffer);
  view.setUint32(8, bytes.length, true);
  const answersAt = bytes.length - 4 - 4 * answers;
  if (quantised) {
    seal(bytes);
    view.setUint32(answersAt, goldenCrc(bytes), true);
  } else for (const [i, y] of goldenAnswers(network, golden).entries()) view.setFloat32(answersAt + 4 * i, y, true);
  seal(bytes);
  return bytes;
}

/** What the golden steps of an integer model come to: CRC-32 of all y and of the state after them. */
function goldenCrc(bytes: Uint8Array): number {
  const blob = readBlob(bytes);
  const runner = new IntegerNetwork(blob);
  let crc = 0;
  for (let step = 0; step < blob.goldenSteps; step++) {
    const x = blob.goldenX.subarray(step * blob.columns, (step + 1) * blob.columns) as Int16Array;
    crc = crc32(new Uint8Array(runner.step(x).buffer), crc);
  }
  return crc32(runner.saveState(), crc);
}

function goldenAnswers(network: DeviceNetwork, golden: Float32Array): Float64Array {
  const runner = new FloatNetwork(network);
  let y: Float64Array = new Float64Array(network.head.count);
  for (let at = 0; at < golden.length; at += network.columns)
    y = runner.step(golden.subarray(at, at + network.columns));
  return y;
}

function seal(bytes: Uint8Array<ArrayBuffer>): void {
  const crc = crc32(bytes.subarray(0, bytes.length - 4));
  new DataView(bytes.buffer).setUint32(bytes.length - 4, crc, true);
}

function header({ network, quantised, metadata, season, identity, golden }: BlobSource): Uint8Array {
  const bytes = new Uint8Array(headerBytes);
  const view = new DataView(bytes.buffer);
  const { layers, dense, direct, residual, gated } = network;
  view.setUint32(0, blobMagic, true);
  view.setUint16(4, blobFormat, true);
  bytes[6] = quantised ? 0 : 1;
  bytes[7] = metadata.target === 'value' ? 0 : 1;
  view.setUint32(12, identity.version, true);
  view.setUint16(16, network.columns, true);
  view.setUint16(18, network.horizon, true);
  view.setUint16(20, season, true);
  bytes.set([network.levels, metadata.features.length, layers.length, gated.length], 22);
  bytes[26] = (direct ? blobFlags.direct : 0) + (dense ? blobFlags.dense : 0) + (residual ? blobFlags.residual : 0);
  bytes[27] = dense ? activationCodes.indexOf(dense.activation) : 0;
  bytes[28] = quantised ? (quantised.dense?.q ?? 0) : activationCodes.indexOf(network.activation);
  bytes[29] = quantised?.headQ ?? 0;
  view.setUint16(30, golden.length / network.columns, true);
  for (let i = 0; i < 32; i++) bytes[32 + i] = Number.parseInt(identity.sha256.slice(2 * i, 2 * i + 2), 16);
  new TextEncoder().encodeInto(identity.name, bytes.subarray(64, 95));
  for (const [k, { hidden, cell }] of layers.entries()) {
    view.setUint16(96 + 2 * k, hidden, true);
    bytes[104 + k] = cellCodes[cell];
    bytes[108 + k] = quantised?.layers[k].q ?? 0;
  }
  return bytes;
}

/** Rows as records: record u holds row u of each of `gates`. */
interface Block {
  readonly units: number;
  readonly gates: readonly number[];
  readonly c?: ArrayLike<number>; // one bias more a record
  readonly first: Rows | IntegerRows; // with the biases
  readonly second?: Rows | IntegerRows;
}

function putBlock(writer: BlobWriter, { units, gates, c, first, second }: Block): void {
  const operands = second ? [first, second] : [first];
  for (let u = 0; u < units; u++) {
    const rows = gates.map((gate) => gate * units + u);
    const biases = [...rows.map((n) => first.bias[n]), ...(c ? [c[u]] : [])];
    const weights = operands.flatMap(({ w, inputs }) =>
      Array.from({ length: inputs }, (_, i) => rows.map((n) => w[n * inputs + i])).flat(),
    );
    if ('m' in first) {
      const scales = operands.flatMap((each) => rows.map((n) => (each as IntegerRows).m[n]));
      writer.section(record(biases, scales, weights));
    } else writer.section(Float32Array.of(...biases, ...weights));
  }
}

function record(biases: readonly number[], scales: readonly number[], weights: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(padded(4 * biases.length + 2 * scales.length + weights.length));
  const view = new DataView(bytes.buffer);
  for (const [i, each] of biases.entries()) view.setInt32(4 * i, each, true);
  for (const [i, each] of scales.entries()) view.setUint16(4 * biases.length + 2 * i, each, true);
  new Int8Array(bytes.buffer).set(weights, 4 * biases.length + 2 * scales.length);
  return bytes;
}
