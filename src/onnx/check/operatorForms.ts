import { type OperatorForm, operatorForm } from './operatorForm.js';

const each = (operators: string, signature: string, attributes?: string): Record<string, OperatorForm> =>
  Object.fromEntries(operators.split(' ').map((name) => [name, operatorForm(signature, attributes)]));

const recurrent =
  'hidden_size:int direction:string activations:strings activation_alpha:floats activation_beta:floats clip:float layout:int';

/** The operators this project knows, as opsets 17 to 23 define them. */
export const operatorForms: Readonly<Record<string, OperatorForm>> = {
  ...each('Add Sub Mul Div Mod', 'T T -> T', 'fmod:int'),
  ...each('And Or Xor', 'bool bool -> bool'),
  ...each('Equal Less LessOrEqual Greater GreaterOrEqual', 'T T -> bool'),
  ...each('Max Min Sum Mean', 'T* -> T'),
  ...each(
    'Abs Ceil Cos Erf Exp Floor Log Neg Reciprocal Relu Round Sigmoid Sign Sin Softplus Softsign Sqrt Tanh',
    'T -> T',
  ),
  ...each('Elu LeakyRelu Celu ThresholdedRelu', 'float -> float', 'alpha:float'),
  ...each('Softmax LogSoftmax', 'float -> float', 'axis:int'),
  Selu: operatorForm('float -> float', 'alpha:float gamma:float'),
  HardSigmoid: operatorForm('float -> float', 'alpha:float beta:float'),
  HardSwish: operatorForm('float -> float'),
  ...each('IsNaN IsInf', 'float -> bool', 'detect_negative:int detect_positive:int'),
  Not: operatorForm('bool -> bool'),
  Identity: operatorForm('T -> T'),
  Pow: operatorForm('T U -> T'),
  PRelu: operatorForm('T T -> T'),
  Clip: operatorForm('T [T] [T] -> T'),
  Where: operatorForm('bool T T -> T'),
  Cast: operatorForm('T -> U', 'to!:int saturate:int round_mode:string'),

  MatMul: operatorForm('T T -> T'),
  Gemm: operatorForm('T T [T] -> T', 'alpha:float beta:float transA:int transB:int'),

  Constant: operatorForm(
    '-> T',
    'value:tensor value_float:float value_floats:floats value_int:int value_ints:ints value_string:string value_strings:strings',
  ),
  ConstantOfShape: operatorForm('int -> T', 'value:tensor'),
  Shape: operatorForm('T -> int', 'start:int end:int'),
  Size: operatorForm('T -> int'),
  Reshape: operatorForm('T int -> T', 'allowzero:int'),
  Flatten: operatorForm('T -> T', 'axis:int'),
  Expand: operatorForm('T int -> T'),
  Transpose: operatorForm('T -> T', 'perm:ints'),
  Squeeze: operatorForm('T [int] -> T'),
  Unsqueeze: operatorForm('T int -> T'),
  Concat: operatorForm('T* -> T', 'axis!:int'),
  Split: operatorForm('T [int] -> T*', 'axis:int num_outputs:int'),
  Slice: operatorForm('T int int [int] [int] -> T'),
  Gather: operatorForm('T int -> T', 'axis:int'),
  ScatterND: operatorForm('T int T -> T', 'reduction:string'),
  ScatterElements: operatorForm('T int T -> T', 'axis:int reduction:string'),
  Pad: operatorForm('T int [T] [int] -> T', 'mode:string'),
  CumSum: operatorForm('T int -> T', 'exclusive:int reverse:int'),

  ReduceSum: operatorForm('T [int] -> T', 'keepdims:int noop_with_empty_axes:int'),
  ...each(
    'ReduceMean ReduceMax ReduceMin ReduceProd ReduceL2 ReduceSumSquare',
    'T [int] -> T',
    'axes:ints keepdims:int noop_with_empty_axes:int',
  ),
  ArgMax: operatorForm('T -> int', 'axis:int keepdims:int select_last_index:int'),

  Dropout: operatorForm('T [float] [bool] -> T [bool]', 'seed:int'),
  BatchNormalization: operatorForm(
    'float float float float float -> float [float] [float]',
    'epsilon:float momentum:float training_mode:int',
  ),
  LayerNormalization: operatorForm(
    'float float [float] -> float [float] [float]',
    'axis:int epsilon:float stash_type:int',
  ),

  GRU: operatorForm('T T T [T] [int] [T] -> [T] [T]', `${recurrent} linear_before_reset:int`),
  LSTM: operatorForm('T T T [T] [int] [T] [T] [T] -> [T] [T] [T]', `${recurrent} input_forget:int`),
  RNN: operatorForm('T T T [T] [int] [T] -> [T] [T]', recurrent),
};
