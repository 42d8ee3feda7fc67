interface Activation {
  readonly opType: string;
  /** Its parameter where none is given. */
  readonly alpha?: number;
}

const activations: readonly Activation[] = [
  { opType: 'Elu', alpha: 1 },
  { opType: 'LeakyRelu', alpha: 0.01 },
  { opType: 'Relu' },
  { opType: 'Sigmoid' },
  { opType: 'Softplus' },
  { opType: 'Tanh' },
];

/** The operator behind an activation of a recurrent node, whose names do not heed capitals. */
export const activationOf = (name: string): Activation | undefined =>
  activations.find(({ opType }) => opType.toLowerCase() === name.toLowerCase());
