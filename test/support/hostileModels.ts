import { encodeModel } from '../../src/onnx/codec.js';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import { type AttributeProto, AttributeType } from '../../src/onnx/modelProto.js';
import { floatTensor, intTensor } from '../../src/onnx/tensor.js';
import type { TrialCode } from '../../src/registry/admission/trialProtocol.js';
import { text } from './protobufWriter.js';
import { type StepModelParts, stepMetadata, stepModel, stepModelBytes } from './stepModel.js';

/** A file whose bytes are sound, and which no node may use. */
export interface HostileModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: TrialCode;
  readonly says: RegExp;
}

const wide = (g: GraphBuilder, size: number): string => g.op('Expand', [g.scalar(1e-6), g.ints([size, size])]);
const withMetadata = (metadata: object | string): Uint8Array => stepModelBytes({ metadata });

function changed(
  change: (graph: NonNullable<ReturnType<typeof stepModel>['graph']>) => void,
  parts?: StepModelParts,
): Uint8Array {
  const model = stepModel(parts);
  change(model.graph!);
  return encodeModel(model);
}

const rows: readonly (readonly [string, TrialCode, RegExp, () => Uint8Array])[] = [
  ['no metadata', 'contract', /0 metadata documents/, () => encodeModel({ ...stepModel(), metadataProps: [] })],
  [
    'metadata twice',
    'contract',
    /2 metadata documents/,
    () => encodeModel({ ...stepModel(), metadataProps: [0, 1].map(() => ({ key: 'stepcast', value: '{}' })) }),
  ],
  ['metadata that are no JSON', 'contract', /no JSON/, () => withMetadata('{"contract":1')],
  ['metadata in brackets in brackets', 'contract', /no JSON/, () => withMetadata('['.repeat(100_000))],
  [
    'metadata that say twice how far it looks',
    'contract',
    /twice: horizon/,
    () => withMetadata(JSON.stringify(stepMetadata).replace('{', '{"horizon":24,')),
  ],
  [
    'metadata with a prototype',
    'contract',
    /__proto__/,
    () => withMetadata(JSON.stringify(stepMetadata).replace('{', '{"__proto__":{"horizon":24},')),
  ],
  [
    'a name of a feature that clears the screen',
    'contract',
    /covariate\.\?\[2J/,
    () => withMetadata({ ...stepMetadata, features: ['value', 'covariate.\u001b[2J'] }),
  ],
  [
    'thirty thousand features',
    'contract',
    /make \[batch, 30000\]/,
    () => withMetadata({ ...stepMetadata, features: new Array(30_000).fill('value') }),
  ],
  [
    'a feature nobody computes',
    'contract',
    /evil/,
    () => withMetadata({ ...stepMetadata, features: ['value', 'evil'] }),
  ],
  ['a horizon of a billion', 'contract', /horizon/, () => withMetadata({ ...stepMetadata, horizon: 1e9 })],
  ['levels that fall', 'contract', /increase/, () => withMetadata({ ...stepMetadata, levels: [0.9, 0.5, 0.1] })],
  [
    'another horizon than it answers',
    'contract',
    /not \[batch, 4, 3\]/,
    () => withMetadata({ ...stepMetadata, horizon: 4 }),
  ],
  ['a state that is not carried on', 'contract', /h_next/, () => changed(({ output }) => void output.pop())],
  [
    'an output of its own',
    'contract',
    /leak/,
    () =>
      changed(({ node, output }) => {
        node.push({ opType: 'Identity', input: ['x'], output: ['leak'], attribute: [] });
        output.push({ ...output[1], name: 'leak' });
      }),
  ],
  [
    'an index beyond the end',
    'contract',
    /does not run at batch 1/,
    () =>
      stepModelBytes({ between: (g, h) => g.op('Add', [h, g.op('Gather', [g.constant([1, 2], [2]), g.ints([9])])]) }),
  ],
  [
    'a reflection of more than there is',
    'contract',
    /does not run at batch 1/,
    () =>
      stepModelBytes({
        between: (g, h) => {
          const padded = g.op('Pad', [g.constant([1, 2], [2]), g.ints([1000, 1000])], { mode: 'reflect' });
          return g.op('Add', [h, g.op('ReduceSum', [padded], { keepdims: 0 })]);
        },
      }),
  ],
  ['a layer of 2³¹ units', 'contract', /the runtime refuses it/, () => withGru(2 ** 31)],
  ['a layer that is wider than its weights', 'contract', /must have shape/, () => withGru(64)],
  [
    'an activation of its own',
    'contract',
    /the runtime refuses it/,
    () => withGru(4, { name: 'activations', type: AttributeType.strings, strings: [text('Evil'), text('Evil')] }),
  ],
  [
    'weights at the end of all numbers',
    'output',
    /step 0/,
    () => stepModelBytes({ between: (g, h) => g.op('Mul', [h, g.weight('evil', [4], new Array(4).fill(3e38))]) }),
  ],
  [
    'the largest of nothing',
    'output',
    /step 0/,
    () =>
      stepModelBytes({
        between: (g, h) =>
          g.op('Add', [h, g.op('ReduceMax', [g.op('Expand', [g.scalar(1), g.ints([0])])], { keepdims: 0 })]),
      }),
  ],
  [
    'a division by zero',
    'output',
    /step 0/,
    () => stepModelBytes({ between: (g, h) => g.op('Div', [h, g.scalar(0)]) }),
  ],
  [
    'a state that grows without end',
    'output',
    /step \d\d/,
    () => stepModelBytes({ carried: (g, h, state) => g.op('Add', [h, g.op('Mul', [state, g.scalar(10)])]) }),
  ],
  [
    'an exponential of what stands far outside',
    'output',
    /not finite/,
    () =>
      stepModelBytes({
        between: (g, h, x) =>
          g.op('Add', [
            h,
            g.op('ReduceSum', [g.op('Exp', [g.op('Mul', [x, g.scalar(4)])]), g.ints([1])], { keepdims: 1 }),
          ]),
      }),
  ],
  [
    'rows that hear of one another',
    'batch',
    /batches of 1/,
    () => stepModelBytes({ between: (g, h) => g.op('Sub', [h, g.op('ReduceMean', [h], { axes: [0], keepdims: 1 })]) }),
  ],
  [
    'a step that takes too long',
    'latency',
    /ms, more than/,
    () =>
      stepModelBytes({
        between: (g, h, x) => {
          // hangs on x, so that it cannot be computed beforehand
          const square = g.op('Mul', [wide(g, 460), g.op('ReduceSum', [x], { keepdims: 0 })]);
          return g.op('Add', [h, g.op('ReduceSum', [g.op('MatMul', [square, square])], { keepdims: 0 })]);
        },
      }),
  ],
];

/** The sound model and a GRU beside it, of 4 units by its weights. */
const withGru = (units: number, ...attribute: AttributeProto[]): Uint8Array =>
  changed(({ node, initializer }) => {
    const zeros = (name: string, ...dims: number[]) => floatTensor(name, dims, new Array(12 * dims[2]).fill(0));
    initializer.push(zeros('GW', 1, 12, 2), zeros('GR', 1, 12, 4), intTensor('first', [1], [0]));
    const hidden = { name: 'hidden_size', type: AttributeType.int, i: units };
    node.push(
      { opType: 'Unsqueeze', input: ['x', 'first'], output: ['sequence'], attribute: [] },
      { opType: 'GRU', input: ['sequence', 'GW', 'GR'], output: ['evil'], attribute: [hidden, ...attribute] },
    );
  });

/** Models that the inspection lets through and the trial refuses. */
export const hostileModels = (): HostileModel[] =>
  rows.map(([name, code, says, make]) => ({ name, code, says, bytes: make() }));
