import { stepCost } from '../../nn/stepCost.js';
import type { Graph } from '../graph.js';
import type { GraphProto } from '../modelProto.js';
import type { Shape } from '../shape.js';
import { Refused } from './refusal.js';
import type { SafetyLimits } from './safetyLimits.js';

export interface RunSize {
  readonly memoryBytes: number; // of all values of a run at the limits' batch, were none freed
  readonly multiplyAdds: number; // of one row
}

const widest = 8; // bytes of an element

/** The names of open axes are names, which arithmetic on shapes takes for no number and no product. @throws {Refused} */
export function checkOpenAxes({ input }: GraphProto, limits: SafetyLimits): void {
  for (const { name, type } of input) {
    const dims = type?.tensorType?.shape?.dim ?? [];
    if (dims.length > limits.rank)
      throw new Refused('limits', `input ${name} has ${dims.length} axes, more than ${limits.rank}`);
    for (const [axis, { dimValue, dimParam }] of dims.entries()) {
      if (dimValue !== undefined && dimValue < 1)
        throw new Refused('tensor', `input ${name} has an axis of ${dimValue}: an open axis needs a name instead`);
      const symbol = dimParam || `${name}.${axis}`;
      if (dimValue === undefined && (isNumber(symbol) || symbol.includes('·')))
        throw new Refused('tensor', `input ${name} has an open axis called ${symbol}, which is no name`);
    }
  }
}

const isNumber = (text: string): boolean => !Number.isNaN(Number(text));

/** How much a run takes, from the shape of every value with each open axis as long as the batch. @throws {Refused} */
export function checkSizes(graph: Graph, limits: SafetyLimits): RunSize {
  const { batch, tensorBytes, rank } = limits;
  let memoryBytes = 0;
  for (const [name, shape] of graph.shapes) {
    if (shape.length > rank) throw new Refused('limits', `${name} has ${shape.length} axes, more than ${rank}`);
    const bytes = widest * elements(shape, batch);
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new Refused('tensor-size', `${name} would be [${shape}]`);
    if (bytes > tensorBytes)
      throw new Refused(
        'tensor-size',
        `${name} [${shape}] would take ${bytes} bytes at a batch of ${batch}, more than ${tensorBytes}`,
      );
    memoryBytes += bytes;
  }
  if (memoryBytes > limits.memoryBytes)
    throw new Refused(
      'memory',
      `a run at a batch of ${batch} would take ${memoryBytes} bytes, more than ${limits.memoryBytes}`,
    );
  const multiplyAdds = stepCost(graph);
  if (!(multiplyAdds <= limits.multiplyAdds))
    throw new Refused('cost', `a step takes ${multiplyAdds} multiply–adds, more than ${limits.multiplyAdds}`);
  return { memoryBytes, multiplyAdds };
}

/** An axis may be a product of open ones, as `6·batch`. */
const elements = (shape: Shape, batch: number): number =>
  shape
    .flatMap<number | string>((dim) => (typeof dim === 'string' ? dim.split('·') : dim))
    .reduce<number>((product, part) => {
      if (typeof part === 'number') return product * part;
      return product * (isNumber(part) ? Number(part) : batch);
    }, 1);
