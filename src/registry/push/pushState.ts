import { printable } from '../../onnx/safety/refusal.js';

/** What a node says of a pushed model on its state topic. */
export interface PushState {
  readonly name: string;
  readonly version: number; // 0: the manifest could not be read
  readonly state: 'receiving' | 'rejected' | 'shadow' | 'active' | 'rolled-back';
  readonly code?: string; // stable, for programs
  readonly reason?: string; // a line for a person
  readonly sha256: string;
  readonly time: number; // epoch milliseconds, by the node's clock
  readonly created: number; // of the manifest that this answers
  readonly key?: string; // id of the key that signed it
  readonly received?: number; // chunks, of `chunks`
  readonly chunks?: number;
  readonly adapts?: readonly string[]; // where the model and a stream differ, and what is done about it
  readonly active: number | null; // version that the name stands for on the node now
}

const states: ReadonlySet<unknown> = new Set(['receiving', 'rejected', 'shadow', 'active', 'rolled-back']);

/** What a node says of itself, or whoever may write its topic: undefined for what no node says. Texts are one printable line. */
export function readPushState(text: string): PushState | undefined {
  try {
    const state = JSON.parse(text) as PushState | null;
    if (!state || !states.has(state.state)) return undefined;
    const line = (value: unknown): string | undefined => (typeof value === 'string' ? printable(value) : undefined);
    return { ...state, code: line(state.code), reason: line(state.reason) };
  } catch {
    return undefined;
  }
}
