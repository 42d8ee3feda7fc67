import type { GraphBuilder } from '../graphBuilder.js';

/** `yes` where x > 0, `no` elsewhere. */
export const bySign = (g: GraphBuilder, x: string, yes: string, no: string): string =>
  g.op('Where', [g.op('Greater', [x, g.scalar(0)]), yes, no]);
