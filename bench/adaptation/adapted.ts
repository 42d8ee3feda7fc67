import { ElementType, type ModelProto, type NodeProto } from '../../src/onnx/modelProto.js';
import { floatTensor } from '../../src/onnx/tensor.js';

const node = (opType: string, input: string[], output: string, attribute: NodeProto['attribute'] = []): NodeProto => ({
  ...{ opType, input, output: [output], attribute },
});

/** Only the weights that `trains` names stay weights; the others become Constant nodes. */
export function frozenBut(model: ModelProto, trains: (name: string) => boolean): ModelProto {
  const graph = model.graph!;
  const isFrozen = ({ name, dataType }: { name?: string; dataType: number }): boolean =>
    dataType === ElementType.float32 && !trains(name!);
  const constants = graph.initializer
    .filter(isFrozen)
    .map((t) => node('Constant', [], t.name!, [{ name: 'value', type: 4, t }]));
  return {
    ...model,
    graph: {
      ...graph,
      node: [...constants, ...graph.node],
      initializer: graph.initializer.filter((tensor) => !isFrozen(tensor)),
    },
  };
}

/** The name of the new hidden state, and who reads it for an answer. */
const hiddenOf = (model: ModelProto): string =>
  model.graph!.node.find(({ output }) => output[0] === 'h_next')!.input[0];

/** What the head reads is h·scale + shift, in place of h: two weights more a hidden unit. The state that is carried on stays h. */
export function withAdapter(model: ModelProto, hiddenSize: number): ModelProto {
  const hidden = hiddenOf(model);
  const initializer = [
    ...model.graph!.initializer,
    floatTensor('adapter.scale', [hiddenSize], new Float32Array(hiddenSize).fill(1)),
    floatTensor('adapter.shift', [hiddenSize], new Float32Array(hiddenSize)),
  ];
  const added = [
    node('Mul', [hidden, 'adapter.scale'], 'adapter.scaled'),
    node('Add', ['adapter.scaled', 'adapter.shift'], 'adapter.hidden'),
  ];
  return spliced(model, hidden, added, initializer);
}

/** The same carried as one more state a series: scale − 1, shift and what is added to the answers, [batch, 2·hidden + answers]. */
export function withAdapterState(model: ModelProto, hiddenSize: number, answers: number): ModelProto {
  const hidden = hiddenOf(model);
  const size = 2 * hiddenSize + answers;
  const graph = model.graph!;
  const split = { name: 'axis', type: 2, i: 1 };
  const parts = { ...node('Split', ['adapter', 'adapter.sizes'], 'adapter.scale', [split]) };
  parts.output.push('adapter.shift', 'adapter.bias');
  const sizes = {
    ...{ dims: [3], dataType: ElementType.int64, name: 'adapter.sizes' },
    rawData: new Uint8Array(BigInt64Array.from([hiddenSize, hiddenSize, answers].map(BigInt)).buffer),
  };
  const added = [
    parts,
    node('Mul', [hidden, 'adapter.scale'], 'adapter.more'),
    node('Add', [hidden, 'adapter.more'], 'adapter.scaled'),
    node('Add', ['adapter.scaled', 'adapter.shift'], 'adapter.hidden'),
    node('Identity', ['adapter'], 'adapter_next'),
  ];
  const out = graph.node.find(({ output }) => output[0] === 'y')!.input[0];
  const shaped = spliced(model, hidden, added, [...graph.initializer, sizes]);
  const nodes = shaped.graph!.node.filter(({ output }) => output[0] !== 'y');
  const axes = floatless('adapter.axis', 2);
  const tail = [
    node('Unsqueeze', ['adapter.bias', 'adapter.axis'], 'adapter.rows'),
    node('Add', [out, 'adapter.rows'], 'y'),
  ];
  const type = (name: string) => ({
    ...graph.input.find((each) => each.name === 'h')!,
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'batch' }, { dimValue: size }] } } },
  });
  return {
    ...shaped,
    graph: {
      ...shaped.graph!,
      node: [...nodes, ...tail],
      initializer: [...shaped.graph!.initializer, axes],
      input: [...graph.input, type('adapter')],
      output: [...graph.output, type('adapter_next')],
    },
  };
}

const floatless = (name: string, value: number) => ({
  ...{ dims: [1], dataType: ElementType.int64, name },
  rawData: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer),
});

/** `added` follows the node that makes `hidden`; whoever read `hidden`, but the state, reads `adapter.hidden`. */
function spliced(
  model: ModelProto,
  hidden: string,
  added: readonly NodeProto[],
  initializer: NonNullable<ModelProto['graph']>['initializer'],
): ModelProto {
  const graph = model.graph!;
  const at = 1 + graph.node.findIndex(({ output }) => output.includes(hidden));
  const rest = graph.node
    .slice(at)
    .map((each) =>
      each.output[0] === 'h_next'
        ? each
        : { ...each, input: each.input.map((name) => (name === hidden ? 'adapter.hidden' : name)) },
    );
  return { ...model, graph: { ...graph, initializer, node: [...graph.node.slice(0, at), ...added, ...rest] } };
}
