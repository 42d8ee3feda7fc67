import type { GraphBuilder } from '../graphBuilder.js';
import { matchTemplate } from '../passes/matchTemplate.js';
import { batchMark } from './batchAxis.js';
import { type CellTemplate, cellTemplates } from './cellTemplates.js';
import type { StepBody } from './stepBody.js';

/** A part of a step that one ONNX operator computes for all steps at once. */
export interface FusedCell {
  readonly template: CellTemplate;
  readonly hiddenSize: number;
  readonly next: string; // value of the body that the operator gives for all steps
  readonly x: string; // value of the body that it reads
  readonly W: string;
  readonly bias: string;
  readonly R: string;
  readonly c?: string; // the recurrent bias of the candidate, of the GRU
  readonly states: readonly string[]; // names, h first
}

/** The cells of a step that are what ONNX calls RNN, GRU or LSTM. `outputs` are the values in the body of the step's outputs. */
export function fusedCells({ g, states }: StepBody, outputs: ReadonlyMap<string, string>): FusedCell[] {
  const producers = new Map(g.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const handed = new Map(states.map(({ name, value }) => [value, outputs.get(`${name}_next`)!]));
  const hangsOn = (value: string, other: string, seen = new Set<string>()): boolean => {
    if (value === other) return true;
    if (seen.has(value)) return false;
    seen.add(value);
    const before = handed.has(value) ? [handed.get(value)!] : (producers.get(value)?.inputs ?? []);
    return before.some((input) => hangsOn(input, other, seen));
  };
  return states.flatMap(({ name, value, shape }) => {
    if (shape.length !== 2 || shape[0] !== batchMark) return [];
    const next = outputs.get(`${name}_next`)!;
    for (const template of cellTemplates(shape[1], batchMark)) {
      const found = matchTemplate(g, next, template.g, template.next[0]);
      const sums = found && producers.get(found.get('sums')!);
      if (found?.get('h') !== value || sums?.opType !== 'Gemm' || Object.keys(sums.attributes).length > 0) continue;
      const cell =
        template.states[1] === undefined ? undefined : states.find((state) => state.value === found.get('c'));
      if (template.states[1] !== undefined) {
        const written = cell && matchTemplate(g, outputs.get(`${cell.name}_next`)!, template.g, template.next[1]);
        if (!written || [...written].some(([input, own]) => found.get(input) !== own)) continue;
      }
      const [x, W, bias] = sums.inputs;
      if (hangsOn(x, next)) continue;
      return [
        {
          template,
          hiddenSize: shape[1],
          next,
          x,
          W,
          bias,
          R: found.get('R')!,
          c: template.opType === 'GRU' ? found.get('c') : undefined,
          states: cell ? [name, cell.name] : [name],
        },
      ];
    }
    return [];
  });
}

/** Whether the operator, which makes the gates once more, is cheaper than the nodes it takes out of the loop. */
export function isWorthwhile({ template, hiddenSize, x }: FusedCell, g: GraphBuilder, batch: number): boolean {
  const products = batch * (Number(g.shape(x)[1]) + hiddenSize) * template.gates * hiddenSize;
  return products * nsPerProduct < template.nodes * nsPerNode;
}

// A node costs about 1 µs a run, and 0.1 ms when the session is made, which is spread over a thousand runs or so.
const nsPerProduct = 0.12;
const nsPerNode = 2500;

/**
 * The hidden state after every step, [steps·batch, H]. Operands are values of `g`: x [steps·batch, F], weights as the step has
 * them, states before the first step [batch, H].
 */
export function buildFused(
  g: GraphBuilder,
  { template, hiddenSize }: FusedCell,
  operands: { x: string; W: string; R: string; bias: string; c?: string; states: readonly string[] },
  steps: number,
  batch: number,
): string {
  const first = g.ints([0]);
  const layer = (value: string): string => g.op('Unsqueeze', [value, first]);
  const turned = (matrix: string): string => layer(g.op('Transpose', [matrix], { perm: [1, 0] }));
  const zeros = (size: number): string => g.op('Expand', [g.scalar(0), g.ints([size])]);
  const { x, c } = operands;
  const width = template.gates * hiddenSize;
  const recurrentBias = c === undefined ? [zeros(width)] : [zeros(width - hiddenSize), c];
  const inputs = [
    g.op('Reshape', [x, g.ints([steps, batch, Number(g.shape(x)[1])])]),
    turned(operands.W),
    turned(operands.R),
    layer(g.op('Concat', [operands.bias, ...recurrentBias], { axis: 0 })),
    '',
    ...operands.states.map(layer),
  ];
  const attributes = { hidden_size: hiddenSize, ...(template.opType === 'GRU' ? { linear_before_reset: 1 } : {}) };
  const sequence = g.op(template.opType, inputs, attributes);
  return g.op('Reshape', [sequence, g.ints([steps * batch, hiddenSize])]);
}
