import { seriesNamer } from '../payloads/seriesNamer.js';
import { type ByField, wordOf } from './byField.js';
import { unitless } from './deviceClasses.js';
import { formatDuration } from './duration.js';
import type { Season } from './fields.js';

interface StreamKeys {
  topic: string;
  value: readonly string[];
  series?: string | undefined;
  covariates: Readonly<Record<string, { readonly series: string }>>;
  cadence: 'event' | number;
  late: number;
  season: Season;
  unit?: ByField | undefined;
  deviceClass?: ByField | undefined;
}

/** Keys of one stream that are each in order, and do not fit together. */
export function streamProblems(stream: StreamKeys): { path: string[]; message: string }[] {
  const { cadence, late, season } = stream;
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
  const { unit, deviceClass = {} } = stream;
  const classes =
    typeof deviceClass === 'string' ? [[deviceClass]] : Object.entries(deviceClass).map((e) => e.reverse());
  for (const [word, ...field] of classes) {
    if (unitless.has(word) || typeof unit === 'string' || wordOf(unit, field[0]) !== undefined) continue;
    if (field.length === 0 && unit !== undefined) continue; // by field: those that have one
    problems.push({
      path: ['deviceClass', ...field],
      message: 'expected with unit: a device class says of what kind the values are, not how they are counted',
    });
  }
  const own = onlySeries(stream);
  for (const [name, { series }] of Object.entries(stream.covariates)) {
    if (own.includes(series))
      problems.push({ path: ['covariates', name], message: 'expected another series than this one' });
  }
  return problems;
}

/** What the one series of a stream may be called; nothing where there may be several. */
function onlySeries({ topic, value, series }: StreamKeys): string[] {
  if (/[+#]/.test(topic) || value.length > 1) return [];
  const nameOf = seriesNamer(series);
  return [undefined, ...value].map((field) => nameOf(topic, field));
}
