import { checkStructure } from '../check/checkModel.js';
import { decodeModel } from '../codec.js';
import type { Graph } from '../graph.js';
import type { ModelProto } from '../modelProto.js';
import { readGraph } from '../readGraph.js';
import { checkFaults } from './checkFaults.js';
import { checkImports } from './checkImports.js';
import { checkNodes } from './checkNodes.js';
import { checkOpenAxes, checkSizes, type RunSize } from './checkSizes.js';
import { checkTensors } from './checkTensors.js';
import { type Refusal, Refused } from './refusal.js';
import { type SafetyLimits, safetyLimits } from './safetyLimits.js';
import { scanFile } from './scanFile.js';

export type Inspection = ({ readonly ok: true } & RunSize) | ({ readonly ok: false } & Refusal);

/**
 * Whether a model file of a stranger may be run at all, told from its bytes: it is one ONNX message that every reader reads alike, made of
 * operators whose results have a known size, with all its weights inside, and a run of it takes a bounded amount of memory and work.
 */
export function inspectModel(bytes: Uint8Array, limits: SafetyLimits = safetyLimits): Inspection {
  try {
    return { ok: true, ...inspected(bytes, limits) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, code: error.code, reason: error.message };
  }
}

function inspected(bytes: Uint8Array, limits: SafetyLimits): RunSize {
  if (bytes.length === 0) throw new Refused('size', 'the file is empty');
  if (bytes.length > limits.maxBytes)
    throw new Refused('size', `the file has ${bytes.length} bytes, more than ${limits.maxBytes}`);
  scanFile(bytes, limits);
  const model = decoded(bytes);
  const { graph } = model;
  if (!graph || graph.node.length === 0) throw new Refused('graph', 'the file holds no graph');
  checkImports(model);
  checkNodes(graph);
  checkTensors(graph, limits);
  checkOpenAxes(graph, limits);
  const [problem] = checkStructure(model, graph);
  if (problem) throw new Refused('graph', problem);
  const read = readable(model);
  const size = checkSizes(read, limits);
  checkFaults(graph, read);
  return size;
}

function decoded(bytes: Uint8Array): ModelProto {
  try {
    return decodeModel(bytes);
  } catch (error) {
    throw new Refused('protobuf', (error as Error).message);
  }
}

function readable(model: ModelProto): Graph {
  try {
    return readGraph(model);
  } catch (error) {
    throw new Refused(error instanceof RangeError ? 'graph' : 'unbounded', (error as Error).message);
  }
}
