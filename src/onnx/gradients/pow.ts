import { ElementType } from '../modelProto.js';
import type { GradientRule } from './gradientRule.js';

/** y = xᵖ: dX = dOut·p·xᵖ⁻¹, 0 where p is 0; dP = dOut·y·ln x, 0 where x is 0 or less. */
export const pow: GradientRule = ({ g, node, dOut, needs, add }) => {
  const [x, power] = node.inputs;
  const zero = g.scalar(0);
  if (needs(0)) {
    const known = g.constants.get(power);
    const single = known?.data.length === 1 ? known.data[0] : undefined;
    if (single === 2) add(0, g.op('Mul', [dOut(), g.op('Mul', [g.scalar(2), x])]));
    else if (single !== undefined && single !== 0) {
      const slope = g.op('Mul', [g.scalar(single), g.op('Pow', [x, g.scalar(single - 1)])]);
      add(0, g.op('Mul', [dOut(), slope]));
    } else {
      const p = known?.type === 'int64' ? g.op('Cast', [power], { to: ElementType.float32 }) : power;
      const slope = g.op('Mul', [p, g.op('Pow', [x, g.op('Sub', [p, g.scalar(1)])])]);
      add(0, g.op('Mul', [dOut(), g.op('Where', [g.op('Equal', [p, zero]), zero, slope])]));
    }
  }
  if (needs(1)) {
    const positive = g.op('Greater', [x, zero]);
    const log = g.op('Log', [g.op('Where', [positive, x, g.scalar(1)])]);
    add(1, g.op('Mul', [dOut(), g.op('Where', [positive, g.op('Mul', [node.outputs[0], log]), zero])]));
  }
};
