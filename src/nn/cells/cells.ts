import type { Cell } from './cell.js';
import { gru } from './gru.js';
import { lstm } from './lstm.js';
import { rnn } from './rnn.js';
import { slstm } from './slstm.js';

export const cells = { rnn, gru, lstm, slstm } as const satisfies Record<string, Cell>;

export type CellKind = keyof typeof cells;
