import { type Sequence, sliceSequence } from './sequence.js';
import { type SeriesRows, tickRange } from './seriesRows.js';

export interface Split {
  readonly training: readonly Sequence[];
  readonly heldOut: readonly Sequence[];
}

/**
 * The last `share` of a series' ticks is held out. A target is learned from only when it lies before the split, and judged only
 * when its forecast is issued at or after it. `warmUp` steps before the split are heard first, so that no held-out forecast starts cold;
 * held-out sequences are at most `longest` steps long beyond that.
 */
export function splitRows(
  stretches: readonly SeriesRows[],
  { share, warmUp, longest }: { share: number; warmUp: number; longest: number },
): Split {
  const { first, end } = tickRange(stretches);
  const split = first + Math.round((end - first) * (1 - share));
  const training = stretches.flatMap((rows) => {
    const known = rows.ticks.findIndex((n) => n >= split);
    const to = known < 0 ? rows.length : known;
    return to > 0 ? [withTargets(sliceSequence(rows, 0, to), (row, h) => rows.ticks[row] + h < split)] : [];
  });
  const heldOut = stretches.flatMap((rows) => {
    const from = rows.ticks.findIndex((n) => n >= split);
    if (from < 0) return [];
    const pieces: Sequence[] = [];
    for (let at = from; at < rows.length; at += longest) {
      const heard = Math.max(0, at - warmUp);
      const piece = sliceSequence(rows, heard, Math.min(at + longest, rows.length));
      pieces.push(withTargets(piece, (row) => heard + row >= at));
    }
    return pieces;
  });
  return { training, heldOut };
}

/** A sequence whose targets are unknown where `keeps` says no. h counts from 1. */
function withTargets(sequence: Sequence, keeps: (row: number, h: number) => boolean): Sequence {
  const horizon = sequence.target.length / sequence.length;
  const target = sequence.target.map((value, i) =>
    keeps(Math.floor(i / horizon), (i % horizon) + 1) ? value : Number.NaN,
  );
  return { ...sequence, target };
}
