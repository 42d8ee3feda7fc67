import { createHash } from 'node:crypto';
import { StepcastError } from '../errors.js';
import { loadModel } from '../inference/loadModel.js';
import { readModelFile } from '../inference/readModelFile.js';
import type { Architecture } from '../nn/architecture.js';
import { architectureOf } from '../nn/architectureOf.js';
import { initialWeights, parameterCount } from '../nn/architectureParameters.js';
import { buildStepModel } from '../nn/buildStepModel.js';
import { cells } from '../nn/cells/cells.js';
import { stepCost } from '../nn/stepCost.js';
import { checkModel, type ModelFindings } from '../onnx/check/checkModel.js';
import type { ModelProto } from '../onnx/modelProto.js';
import { readGraph } from '../onnx/readGraph.js';
import { type Inspection, inspectModel } from '../onnx/safety/inspectModel.js';
import { Random } from '../series/random.js';

export interface ModelDescription {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly producer: string;
  readonly contract: 'met' | string; // or what departs from it
  readonly findings: ModelFindings; // of the graph itself
  readonly inspection: Inspection; // as of a model that is pushed
  readonly metadata: unknown;
  readonly architecture: Architecture | undefined;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly weights: readonly { readonly name: string; readonly dims: readonly number[]; readonly numbers: number }[];
  readonly parameters: number; // that training sets
  readonly multiplyAdds: number | undefined; // of a step of one series
  readonly operators: Readonly<Record<string, number>>;
  /** The same network with each cell. */
  readonly cells: readonly { readonly cell: string; readonly parameters: number; readonly multiplyAdds: number }[];
}

interface Value {
  readonly name: string;
  readonly dims: readonly (string | number)[];
}

/** What a model file is. @throws {StepcastError} MODEL_MISSING or MODEL_UNREADABLE. */
export async function describeModel(path: string): Promise<ModelDescription> {
  const { bytes, proto } = await readModelFile(path);
  const graph = proto.graph!;
  const metadata = proto.metadataProps?.find(({ key }) => key === 'stepcast');
  const architecture = architectureOf(proto);
  const read = readable(proto);
  const held = graph.initializer.map(({ name = '', dims }) => ({ name, dims, numbers: sizeOf(dims) }));
  const weights = read ? held.filter(({ name }) => read.weights.has(name)) : held;
  const names = new Set(held.map(({ name }) => name));
  const operators: Record<string, number> = {};
  for (const { opType } of graph.node) operators[opType] = (operators[opType] ?? 0) + 1;
  return {
    ...{ file: path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    producer: [proto.producerName, proto.producerVersion].filter(Boolean).join(' '),
    contract: await contractOf(path),
    findings: checkModel(proto),
    inspection: inspectModel(bytes),
    metadata: metadata && JSON.parse(metadata.value),
    architecture,
    inputs: graph.input.filter(({ name }) => !names.has(name)).map(valueWithDims),
    outputs: graph.output.map(valueWithDims),
    weights,
    parameters: weights.reduce((sum, { name, numbers }) => sum + (read?.statistics.has(name) ? 0 : numbers), 0),
    multiplyAdds: read && stepCost(read),
    operators,
    cells: architecture ? eachCell(architecture) : [],
  };
}

const eachCell = (architecture: Architecture): ModelDescription['cells'] =>
  Object.keys(cells).map((name) => {
    const network = { ...architecture, cell: name as Architecture['cell'] };
    const model = buildStepModel(network, initialWeights(network, new Random(1)));
    return { cell: name, parameters: parameterCount(network), multiplyAdds: stepCost(readGraph(model)) };
  });

async function contractOf(path: string): Promise<string> {
  try {
    await loadModel(path);
    return 'met';
  } catch (error) {
    if (error instanceof StepcastError) return error.message;
    throw error;
  }
}

/** The graph as data; undefined when it holds what this project does not read. */
function readable(proto: ModelProto): ReturnType<typeof readGraph> | undefined {
  try {
    return readGraph(proto);
  } catch {
    return undefined;
  }
}

const valueWithDims = ({ name, type }: NonNullable<ModelProto['graph']>['input'][number]): Value => ({
  name,
  dims: (type?.tensorType?.shape?.dim ?? []).map(({ dimValue, dimParam }) => dimValue || dimParam || '?'),
});

const sizeOf = (dims: readonly number[]): number => dims.reduce((size, dim) => size * dim, 1);
