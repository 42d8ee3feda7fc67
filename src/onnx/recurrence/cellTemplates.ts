import { GraphBuilder } from '../graphBuilder.js';

/** A recurrent cell written out, for one hidden size: what an ONNX operator computes over a whole sequence. */
export interface CellTemplate {
  readonly opType: 'RNN' | 'GRU' | 'LSTM';
  readonly gates: number;
  readonly g: GraphBuilder; // inputs: sums (of x and bias), R, and the states; of the GRU also c, its recurrent bias
  readonly states: readonly string[];
  readonly next: readonly string[]; // the next states
  readonly nodes: number; // a step that are no longer in the loop when the operator runs
}

/** The cells of ONNX with their usual activations, gates in ONNX order, W and R as [size, gates·H]. */
export function cellTemplates(hiddenSize: number, rows: number): readonly CellTemplate[] {
  return [rnn(hiddenSize, rows), gru(hiddenSize, rows), lstm(hiddenSize, rows)];
}

function begun(name: string, gates: number, H: number, rows: number) {
  const g = new GraphBuilder(name);
  const sums = g.input('sums', [rows, gates * H]);
  const h = g.input('h', [rows, H]);
  return { g, sums, h, product: g.op('MatMul', [h, g.input('R', [H, gates * H])]) };
}

function rnn(H: number, rows: number): CellTemplate {
  const { g, sums, product } = begun('rnn', 1, H, rows);
  const next = g.op('Tanh', [g.op('Add', [sums, product])]);
  return { opType: 'RNN', gates: 1, g, states: ['h'], next: [next], nodes: 0 };
}

function gru(H: number, rows: number): CellTemplate {
  const { g, sums, h, product } = begun('gru', 3, H, rows);
  const sizes = g.ints([2 * H, H]);
  const [xGates, xCandidate] = g.ops(2, 'Split', [sums, sizes], { axis: 1 });
  const [hGates, hCandidate] = g.ops(2, 'Split', [product, sizes], { axis: 1 });
  const gates = g.op('Sigmoid', [g.op('Add', [xGates, hGates])]);
  const [z, r] = g.ops(2, 'Split', [gates, g.ints([H, H])], { axis: 1 });
  const reset = g.op('Mul', [r, g.op('Add', [hCandidate, g.input('c', [H])])]);
  const n = g.op('Tanh', [g.op('Add', [xCandidate, reset])]);
  const next = g.op('Add', [n, g.op('Mul', [z, g.op('Sub', [h, n])])]);
  return { opType: 'GRU', gates: 3, g, states: ['h'], next: [next], nodes: 12 };
}

function lstm(H: number, rows: number): CellTemplate {
  const { g, sums, product } = begun('lstm', 4, H, rows);
  const [gateSums, candidate] = g.ops(2, 'Split', [g.op('Add', [sums, product]), g.ints([3 * H, H])], { axis: 1 });
  const [i, o, f] = g.ops(3, 'Split', [g.op('Sigmoid', [gateSums]), g.ints([H, H, H])], { axis: 1 });
  const written = g.op('Mul', [i, g.op('Tanh', [candidate])]);
  const c = g.op('Add', [g.op('Mul', [f, g.input('c', [rows, H])]), written]);
  const next = g.op('Mul', [o, g.op('Tanh', [c])]);
  return { opType: 'LSTM', gates: 4, g, states: ['h', 'c'], next: [next, c], nodes: 8 };
}
