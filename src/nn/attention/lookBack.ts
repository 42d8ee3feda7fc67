import { valuesOf } from '../parameter.js';
import type { StepContext } from '../stepContext.js';
import { type Attended, type AttentionKind, attend, type Memory, remember } from './attention.js';

/** Writes what the last layer gives into the memory, which is a state, and gives what looks at it. */
export function lookBack(
  { g, a, p, next, keep }: StepContext,
  kind: AttentionKind,
  value: string,
): (hidden: string) => Attended {
  const memory: Memory = {
    slots: g.input('memory', ['batch', a.memory, a.hiddenSize]),
    filled: g.input('filled', ['batch', a.memory]),
  };
  const fresh = remember(g, value, memory);
  // Sign changes no 0 or 1, and lets no gradient through.
  const filled = g.op('Sign', [keep(fresh.filled, memory.filled)]);
  const kept: Memory = { slots: keep(fresh.slots, memory.slots), filled };
  next.set('memory', kept.slots).set('filled', kept.filled);
  return (hidden) => attend(g, kind, hidden, kept, valuesOf('attention', p));
}
