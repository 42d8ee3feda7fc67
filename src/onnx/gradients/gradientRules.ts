import type { GraphNode } from '../graphNode.js';
import { ElementType } from '../modelProto.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { batchNormalization } from './batchNormalization.js';
import { cast } from './cast.js';
import { clip } from './clip.js';
import { concat } from './concat.js';
import { div } from './div.js';
import { dropout } from './dropout.js';
import { elu } from './elu.js';
import { erf } from './erf.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { gather } from './gather.js';
import { gemm } from './gemm.js';
import type { GradientRule } from './gradientRule.js';
import { identity } from './identity.js';
import { layerNormalization } from './layerNormalization.js';
import { leakyRelu } from './leakyRelu.js';
import { log } from './log.js';
import { logSoftmax } from './logSoftmax.js';
import { matMul } from './matMul.js';
import { max } from './max.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { pad } from './pad.js';
import { pow } from './pow.js';
import { pRelu } from './pRelu.js';
import { reciprocal } from './reciprocal.js';
import { reduceMean, reduceSum } from './reduceSum.js';
import { relu } from './relu.js';
import { reshape } from './reshape.js';
import { sigmoid } from './sigmoid.js';
import { slice } from './slice.js';
import { softmax } from './softmax.js';
import { softplus } from './softplus.js';
import { split } from './split.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';
import { sum } from './sum.js';
import { tanh } from './tanh.js';
import { transpose } from './transpose.js';
import { where } from './where.js';

/** The gradient rule of each operator that has one, by ONNX operator type. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Abs: abs,
  Add: add,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Div: div,
  Dropout: dropout,
  Elu: elu,
  Erf: erf,
  Exp: exp,
  Expand: expand,
  Flatten: reshape,
  Gather: gather,
  Gemm: gemm,
  Identity: identity,
  LayerNormalization: layerNormalization,
  LeakyRelu: leakyRelu,
  Log: log,
  LogSoftmax: logSoftmax,
  MatMul: matMul,
  Max: max,
  Min: max,
  Mul: mul,
  Neg: neg,
  PRelu: pRelu,
  Pad: pad,
  Pow: pow,
  Reciprocal: reciprocal,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: reshape,
  Sigmoid: sigmoid,
  Slice: slice,
  Softmax: softmax,
  Softplus: softplus,
  Split: split,
  Sqrt: sqrt,
  Squeeze: reshape,
  Sub: sub,
  Sum: sum,
  Tanh: tanh,
  Transpose: transpose,
  Unsqueeze: reshape,
  Where: where,
};

const flat = new Set(
  [
    'And Or Xor Not Equal Less LessOrEqual Greater GreaterOrEqual IsNaN IsInf',
    'Sign Floor Ceil Round ArgMax Shape Size ConstantOfShape',
  ].flatMap((line) => line.split(' ')),
);

/** Whether nothing flows back through a node: what it gives is piecewise constant, or no number. */
export const withoutGradient = ({ opType, attributes }: GraphNode): boolean =>
  flat.has(opType) || (opType === 'Cast' && attributes.to !== ElementType.float32);
