import { elementTypes } from '../check/elementTypes.js';
import type { Graph } from '../graph.js';
import type { GraphNode } from '../graphNode.js';
import { ElementType, type GraphProto } from '../modelProto.js';
import { Refused } from './refusal.js';

/** The input of an operator that says where, or how many: beyond what is there, the run fails. */
const placeInput: Readonly<Record<string, number>> = {
  ...{ Gather: 1, ScatterND: 1, ScatterElements: 1, CumSum: 1 },
  ...{ GRU: 4, LSTM: 4, RNN: 4 }, // sequence_lens
};
const integers: readonly number[] = [0, ElementType.int32, ElementType.int64]; // 0: not known

/**
 * Refuses what may fail in the middle of a run by the readings it meets, long after its trial: places that data say, and integers divided by
 * anything but positive numbers of the file (by 0 the run fails, by −1 the least of them traps).
 *
 * @throws {Refused}
 */
export function checkFaults(file: GraphProto, { nodes, constants }: Graph): void {
  const types = elementTypes(file);
  const title = ({ opType, outputs }: GraphNode): string => `the ${opType} that gives ${outputs[0]}`;
  for (const node of nodes) {
    const place = node.inputs[placeInput[node.opType] ?? -1] ?? '';
    if (place !== '' && !constants.has(place))
      throw new Refused('unbounded', `${title(node)}: ${place} must be known before the graph runs`);
    if (node.opType !== 'Div' && node.opType !== 'Mod') continue;
    const divisor = node.inputs[1];
    const type = types.get(divisor);
    if (type === undefined || !integers.includes(type)) continue; // no value of the file: reading it made it
    const known = constants.get(divisor)?.data;
    if (!known || ![...known].every((value) => Number(value) > 0))
      throw new Refused('unbounded', `${title(node)}: integers are divided by ${divisor}, which may be 0 or less`);
  }
}
