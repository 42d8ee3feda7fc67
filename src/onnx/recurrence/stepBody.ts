import type { Graph } from '../graph.js';
import { GraphBuilder } from '../graphBuilder.js';
import { inline } from '../inline.js';
import type { Shape } from '../shape.js';
import { batchAxis, batchMark } from './batchAxis.js';
import { checkRows } from './checkRows.js';

export interface BodyValue {
  readonly name: string; // in the step model
  readonly value: string; // in the body
  readonly shape: readonly number[]; // with `batchMark` for the batch
}

export interface BodyState extends BodyValue {
  readonly next: string;
}

export interface BodyWeight {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
  readonly trained: boolean; // by its gradient; statistics of the data are not
  readonly next?: string; // when the step itself says what the weight becomes: running statistics
}

/** A step model as a recipe: one step at a batch of `batchMark`, every shape known. */
export interface StepBody {
  readonly g: GraphBuilder;
  readonly perStep: readonly BodyValue[];
  readonly states: readonly BodyState[];
  readonly weights: readonly BodyWeight[]; // values of their own names
  readonly outputs: ReadonlyMap<string, string>;
}

/** @throws {TypeError} for a step that treats the rows of a batch other than each for itself, naming the node. */
export function stepBody(graph: Graph): StepBody {
  const g = new GraphBuilder('step');
  const shapeOf = (shape: Shape): number[] => shape.map((dim) => (typeof dim === 'string' ? batchMark : dim));
  const given: Record<string, string> = {};
  for (const { name, shape } of graph.inputs) given[name] = g.input(name, shapeOf(shape));
  for (const [name, { dims }] of graph.weights) given[name] = g.input(name, dims);
  const values = inline(g, graph, given, { lower: true });
  checkRows(g);

  const outputs = new Map(graph.outputs.map(({ name }) => [name, values.get(name)!]));
  const fed = graph.inputs.map(({ name }) => ({ name, value: given[name], shape: g.shape(name) as number[] }));
  const isState = ({ name }: BodyValue): boolean => outputs.has(`${name}_next`);
  for (const value of fed) {
    const axis = batchAxis(value.shape);
    if (axis === undefined || (!isState(value) && axis !== 0))
      throw new TypeError(
        `step model: input ${value.name} must have the batch as ${isState(value) ? 'an' : 'its first'} axis`,
      );
  }
  return {
    g,
    perStep: fed.filter((value) => !isState(value)),
    states: fed.filter(isState).map((value) => ({ ...value, next: outputs.get(`${value.name}_next`)! })),
    weights: [...graph.weights].map(([name, { dims, data }]) => {
      const next = outputs.get(`${name}_next`);
      return { name, dims, data, trained: next === undefined && !graph.statistics.has(name), next };
    }),
    outputs,
  };
}
