import type { GraphBuilder } from '../graphBuilder.js';
import type { Attributes } from '../graphNode.js';
import { AttributeType, ElementType, type ModelProto } from '../modelProto.js';
import type { Shape } from '../shape.js';
import { tensorValues } from '../tensor.js';

export type StepFeeds = ReadonlyMap<string, string>;

/** A step model of the contract, ready to be copied into another graph. */
export interface StepGraph {
  readonly perStep: readonly { name: string; dims: Shape }[];
  readonly states: readonly { name: string; dims: Shape }[];
  readonly weights: readonly { name: string; dims: readonly number[]; data: Float32Array }[];
  readonly horizon: number;
  /** Copies the step into `g`; returns the value of each output. */
  inline(g: GraphBuilder, feeds: StepFeeds): Map<string, string>;
}

export function stepGraphOf(model: ModelProto): StepGraph {
  const { node, initializer, input, output } = model.graph!;
  const shapeOf = (name: string): Shape =>
    [...input, ...output]
      .find((value) => value.name === name)!
      .type!.tensorType!.shape!.dim.map((dim) => dim.dimParam || (dim.dimValue ?? 0));
  const outputs = output.map(({ name }) => name);
  const fed = input.map(({ name }) => ({ name, dims: shapeOf(name) }));
  const isState = ({ name }: { name: string }) => outputs.includes(`${name}_next`);
  const isWeight = (name: string, dataType: number) => dataType === ElementType.float32 && !/^k\d+$/.test(name);
  return {
    perStep: fed.filter((value) => !isState(value)),
    states: fed.filter(isState),
    weights: initializer
      .filter(({ name, dataType }) => isWeight(name!, dataType))
      .map((tensor) => ({ name: tensor.name!, dims: tensor.dims, data: Float32Array.from(tensorValues(tensor)) })),
    horizon: Number(shapeOf('y')[1]),
    inline(g, feeds) {
      const values = new Map(feeds);
      for (const tensor of initializer) {
        if (isWeight(tensor.name!, tensor.dataType)) continue;
        const data = tensorValues(tensor);
        values.set(tensor.name!, tensor.dataType === ElementType.int64 ? g.ints(data) : g.constant(data, tensor.dims));
      }
      for (const each of node) {
        const attributes: Attributes = Object.fromEntries(
          each.attribute.map(({ name, type, f, i, s, ints }) => [
            name,
            type === AttributeType.float
              ? f!
              : type === AttributeType.int
                ? i!
                : type === AttributeType.string
                  ? new TextDecoder().decode(s)
                  : ints!,
          ]),
        );
        const built = g.ops(
          each.output.length,
          each.opType,
          each.input.map((name) => values.get(name)!),
          attributes,
        );
        for (const [k, name] of each.output.entries()) values.set(name, built[k]);
      }
      return new Map(outputs.map((name) => [name, values.get(name)!]));
    },
  };
}
