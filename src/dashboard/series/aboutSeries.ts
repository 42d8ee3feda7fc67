import type { ApiSeries } from '../../http/api.js';
import { formatCount } from '../formats/numbers.js';
import { formatDuration } from '../formats/times.js';

/** What a series is, in a line. */
export const aboutSeries = ({ model, cadence, season, readings }: ApiSeries, locale?: string): string =>
  [
    model ?? 'no model yet',
    cadence > 0 ? `a step every ${formatDuration(cadence, locale)}` : 'every reading is a step',
    season ? `season of ${formatCount(season, locale)} steps` : 'no season found',
    readings === 1 ? '1 reading' : `${formatCount(readings, locale)} readings`,
  ].join(' · ');
