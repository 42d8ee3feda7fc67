import { differentiate, pullBack } from '../onnx/differentiate.js';
import type { GraphBuilder } from '../onnx/graphBuilder.js';
import { batchAxis } from '../onnx/recurrence/batchAxis.js';
import { LastStep } from '../onnx/recurrence/lastStep.js';
import type { UnrolledStep } from '../onnx/recurrence/unrolledStep.js';
import type { Loss } from './losses/loss.js';

export interface LossOptions {
  readonly loss: Loss;
  readonly steps: number;
  readonly batch: number;
}

/** A loss, and what flows back from it: into values of the body, for all steps, and into weights beside those. */
export interface LossAndSlopes {
  readonly loss: string;
  readonly slopes: ReadonlyMap<string, string>;
  readonly direct: ReadonlyMap<string, string>;
}

/** A loss on every answer. `y` is the value in the body. */
export function lossOfEvery(
  g: GraphBuilder,
  options: LossOptions,
  { unrolling }: UnrolledStep,
  y: string,
): LossAndSlopes {
  const answer = unrolling.rows(y);
  const loss = options.loss.build(g, answer, ...targets(g, g, answer));
  return { loss, slopes: new Map([[y, differentiate(g, loss, [answer]).get(answer)!]]), direct: new Map() };
}

/** A loss on the last answer: the head is built and differentiated for that step only. */
export function lossOfLast(
  g: GraphBuilder,
  { loss, steps, batch }: LossOptions,
  { body, unrolling }: UnrolledStep,
  y: string,
): LossAndSlopes {
  const last = new LastStep(body, unrolling, steps, batch);
  const answer = last.value(y);
  const value = loss.build(last.g, answer, ...targets(g, last.g, answer));
  const fed = new Set(body.perStep.map((input) => input.value));
  const frontier = [...last.frontier].filter(([name]) => !fed.has(name));
  const wrt = [...frontier.map(([, input]) => input), ...last.weights];
  const found = pullBack(last.g, [[value, last.g.constant([1], last.g.shape(value) as number[])]], wrt);
  const copies = last.copyInto(g, [value, ...found.values()]);
  const copied = (name: string): string => copies.get(found.get(name)!)!;
  return {
    loss: copies.get(value)!,
    slopes: new Map(
      frontier.flatMap(([name, input]) =>
        found.has(input) ? [[name, afterZeros(g, copied(input), batchAxis(body.g.shape(name)), steps)]] : [],
      ),
    ),
    direct: new Map([...last.weights].flatMap((name) => (found.has(name) ? [[name, copied(name)]] : []))),
  };
}

/** The inputs target and weight, in the graph and where the loss is built. */
function targets(g: GraphBuilder, where: GraphBuilder, answer: string): [string, string] {
  const dims = where.shape(answer).slice(0, 2);
  for (const name of ['target', 'weight']) {
    g.input(name, dims);
    if (where !== g) where.input(name, dims);
  }
  return ['target', 'weight'];
}

/** The rows of the last step, after zeros for all others. */
function afterZeros(g: GraphBuilder, last: string, axis: number | undefined, steps: number): string {
  if (steps === 1 || axis === undefined) return last;
  const shape = g.shape(last).map(Number);
  const zeros = g.op('Expand', [g.scalar(0), g.ints(shape.with(axis, (steps - 1) * shape[axis]))]);
  return g.op('Concat', [zeros, last], { axis });
}
