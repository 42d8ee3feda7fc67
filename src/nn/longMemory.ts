import type { Random } from '../series/random.js';
import type { Architecture } from './architecture.js';
import type { Weights } from './parameter.js';

/**
 * Starting numbers for a network that is to remember up to `longest` steps (chrono initialisation, Tallec & Ollivier 2018): what is kept
 * in a step is σ(b), so a bias of log(τ) forgets over about τ steps. With τ uniform in [1, longest − 1] for each unit:
 *
 *     LSTM   b_f = log τ,  b_i = −b_f          GRU   b_z = log τ
 *
 * Other cells have no such gate, and keep theirs. The weights given are not changed.
 */
export function withLongMemory(a: Architecture, weights: Weights, longest: number, random: Random): Weights {
  const H = a.hiddenSize;
  const changed: Record<string, Float32Array> = { ...weights };
  for (let layer = 1; layer <= a.layers; layer++) {
    const name = `layer${layer}.b`;
    const bias = changed[name].slice();
    for (let unit = 0; unit < H; unit++) {
      const kept = Math.log(random.between(1, Math.max(2, longest - 1)));
      if (a.cell === 'gru') bias[unit] = kept; // z, r, n
      if (a.cell === 'lstm') {
        bias[unit] = -kept; // i, o, f, c
        bias[2 * H + unit] = kept;
      }
    }
    changed[name] = bias;
  }
  return changed;
}
