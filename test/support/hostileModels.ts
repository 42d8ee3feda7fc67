import { encodeModel } from '../../src/onnx/codec.js';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.js';
import type { TrialCode } from '../../src/registry/admission/trialProtocol.js';
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

/** Models that the inspection lets through and the trial refuses. */
export const hostileModels = (): HostileModel[] =>
  rows.map(([name, code, says, make]) => ({ name, code, says, bytes: make() }));
