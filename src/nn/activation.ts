import type { GraphBuilder } from '../onnx/graphBuilder.js';
import type { ParameterShape } from './parameter.js';

/**
 *     tanh       (eᵃ − e⁻ᵃ)/(eᵃ + e⁻ᵃ)        sigmoid    1/(1 + e⁻ᵃ)
 *     relu       max(0, a)                    leakyRelu  a, or 0.01·a below 0
 *     prelu      a, or s·a below 0, each unit's s being learned from 0.25
 *     elu        a, or eᵃ − 1 below 0
 */
export const activationNames = ['tanh', 'sigmoid', 'relu', 'leakyRelu', 'prelu', 'elu'] as const;

export type ActivationName = (typeof activationNames)[number];

/** `slope` [width] is there for prelu only. */
export function activate(g: GraphBuilder, name: ActivationName, value: string, slope: string): string {
  switch (name) {
    case 'tanh':
      return g.op('Tanh', [value]);
    case 'sigmoid':
      return g.op('Sigmoid', [value]);
    case 'relu':
      return g.op('Relu', [value]);
    case 'leakyRelu':
      return g.op('LeakyRelu', [value], { alpha: 0.01 });
    case 'prelu':
      return g.op('PRelu', [value, slope]);
    case 'elu':
      return g.op('Elu', [value], { alpha: 1 });
  }
}

/** What an activation learns. */
export const activationParameters = (name: ActivationName, width: number): readonly ParameterShape[] =>
  name === 'prelu' ? [{ name: 'slope', shape: [width], scale: 0, offset: () => 0.25 }] : [];
