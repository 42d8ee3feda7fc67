import { abs } from './abs.js';
import { add } from './add.js';
import { concat } from './concat.js';
import { div } from './div.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { gemm } from './gemm.js';
import type { GradientRule } from './gradientRule.js';
import { identity } from './identity.js';
import { matMul } from './matMul.js';
import { max, min } from './max.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { reduceMean, reduceSum } from './reduceSum.js';
import { relu } from './relu.js';
import { reshape } from './reshape.js';
import { sigmoid } from './sigmoid.js';
import { slice } from './slice.js';
import { split } from './split.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';
import { tanh } from './tanh.js';
import { transpose } from './transpose.js';
import { where } from './where.js';

/** The gradient rule of each operator that has one, by ONNX operator type. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Abs: abs,
  Add: add,
  Concat: concat,
  Div: div,
  Exp: exp,
  Expand: expand,
  Gemm: gemm,
  Identity: identity,
  MatMul: matMul,
  Max: max,
  Min: min,
  Mul: mul,
  Neg: neg,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: reshape,
  Sigmoid: sigmoid,
  Slice: slice,
  Split: split,
  Sqrt: sqrt,
  Squeeze: reshape,
  Sub: sub,
  Tanh: tanh,
  Transpose: transpose,
  Unsqueeze: reshape,
  Where: where,
};

/** Operators through which nothing flows back: their output is piecewise constant. */
export const withoutGradient: ReadonlySet<string> = new Set(['Less', 'Greater', 'Sign']);
