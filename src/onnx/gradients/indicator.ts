import type { GraphBuilder } from '../graphBuilder.js';
import { ElementType } from '../modelProto.js';

/** A condition as numbers: 1 where it holds, 0 elsewhere. */
export const indicator = (g: GraphBuilder, condition: string): string =>
  g.op('Cast', [condition], { to: ElementType.float32 });
