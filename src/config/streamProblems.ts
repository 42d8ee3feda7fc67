import { formatDuration } from './duration.js';
import type { Season } from './fields.js';

interface StreamKeys {
  cadence: 'event' | number;
  late: number;
  season: Season;
}

/** Keys of one stream that are each in order, and do not fit together. */
export function streamProblems({ cadence, late, season }: StreamKeys): { path: string[]; message: string }[] {
  const problems: { path: string[]; message: string }[] = [];
  const width = cadence === 'event' ? undefined : cadence;
  if (late > 0 && width === undefined) {
    problems.push({
      path: ['late'],
      message: 'expected no late with cadence event: only a regular grid waits for readings',
    });
  }
  if ('ms' in season) {
    if (width === undefined) {
      problems.push({
        path: ['season'],
        message: 'expected a number of steps: with cadence event a step has no duration',
      });
    } else if (season.ms % width !== 0 || season.ms / width < 2) {
      const step = formatDuration(width);
      problems.push({ path: ['season'], message: `expected a multiple of the cadence, at least two steps of ${step}` });
    }
  }
  return problems;
}
