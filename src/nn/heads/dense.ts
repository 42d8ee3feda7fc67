import type { GraphBuilder } from '../../onnx/graphBuilder.js';
import { type ActivationName, activate, activationParameters } from '../activation.js';
import type { Architecture } from '../architecture.js';
import type { ParameterShape, Values } from '../parameter.js';

/** What the dense layer before a head learns; nothing when there is none. */
export const denseParameters = ({ headActivation, hiddenSize }: Architecture): readonly ParameterShape[] =>
  headActivation === 'none'
    ? []
    : [
        { name: 'D', shape: [hiddenSize, hiddenSize], scale: 1 },
        { name: 'd', shape: [hiddenSize], scale: 1 },
        ...activationParameters(headActivation, hiddenSize),
      ];

/** φ(D·v + d), or v itself. */
export const dense = (g: GraphBuilder, activation: ActivationName | 'none', value: string, p: Values): string =>
  activation === 'none' ? value : activate(g, activation, g.op('Gemm', [value, p.D, p.d]), p.slope);
