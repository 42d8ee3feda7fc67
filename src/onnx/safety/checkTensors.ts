import { title } from '../check/title.js';
import { constantOf } from '../constant.js';
import { ElementType, type GraphProto, type TensorProto } from '../modelProto.js';
import { Refused } from './refusal.js';
import type { SafetyLimits } from './safetyLimits.js';

/** What the file itself holds: whole, of a known type, in the file, finite. @throws {Refused} */
export function checkTensors({ initializer, node }: GraphProto, limits: SafetyLimits): void {
  for (const tensor of initializer) checkTensor(`initializer ${tensor.name}`, tensor, limits);
  for (const each of node) {
    for (const { name, t, f = 0, floats = [] } of each.attribute) {
      const where = `${title(each)}: its ${name}`;
      if (t) checkTensor(where, t, limits);
      if (Number.isNaN(f) || floats.some(Number.isNaN)) throw new Refused('not-finite', `${where} is not a number`);
    }
  }
}

function checkTensor(where: string, tensor: TensorProto, limits: SafetyLimits): void {
  const { dims, dataLocation = 0, rawData, floatData = [], int32Data = [], int64Data = [], doubleData = [] } = tensor;
  if (dataLocation !== 0) throw new Refused('external-data', `${where}: its data are in another file`);
  if (dims.length > limits.rank)
    throw new Refused('limits', `${where} has ${dims.length} axes, more than ${limits.rank}`);
  if (dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0))
    throw new Refused('tensor', `${where} is declared as [${dims}]`);
  const stores = [rawData?.length ?? 0, floatData.length, int32Data.length, int64Data.length, doubleData.length];
  if (stores.filter(Boolean).length > 1) throw new Refused('tensor', `${where} gives its data in two ways`);
  const data = valuesOf(where, tensor);
  if (data.length !== dims.reduce((product, dim) => product * dim, 1))
    throw new Refused('tensor', `${where} has ${data.length} values, which do not fill [${dims}]`);
  if (tensor.dataType === ElementType.float32) checkFinite(where, data);
}

function valuesOf(where: string, tensor: TensorProto): readonly number[] {
  try {
    return constantOf(tensor).data;
  } catch (error) {
    throw new Refused('tensor', `${where}: ${(error as Error).message}`);
  }
}

/** A single number may be infinite: it masks, or clips. */
function checkFinite(where: string, data: readonly number[]): void {
  const at = data.findIndex((value) => (data.length === 1 ? Number.isNaN(value) : !Number.isFinite(value)));
  if (at >= 0) throw new Refused('not-finite', `${where} holds ${data[at]} at ${at}`);
}
