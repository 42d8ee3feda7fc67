import type { Outcome, Score } from './scoreboard.js';
import type { Sensor } from './sensor.js';

const codes = { bold: 1, red: 31, green: 32 };
const widths = { title: 17, moment: 11, number: 8, error: 7, band: 14 };

interface Introduction {
  readonly port: number; // of the broker
  readonly dashboard: number; // and of this
  readonly sources: readonly string[];
  readonly stepsPerSecond: number;
}

/** The demo's lines: aligned columns, at most 80 wide. */
export class Board {
  readonly #sensors: ReadonlyMap<string, Sensor>;
  readonly #color: boolean;

  constructor(sensors: readonly Sensor[], color: boolean) {
    this.#sensors = new Map(sensors.map((sensor) => [sensor.series, sensor]));
    this.#color = color;
  }

  introduction({ port, dashboard, sources, stepsPerSecond }: Introduction): string {
    return [
      `Dashboard: http://127.0.0.1:${dashboard}`,
      `Broker on 127.0.0.1:${port}. Listen in: mosquitto_sub -p ${port} -t 'stepcast/#' -v`,
      `Sensors: this machine, once a second, and ${stepsPerSecond} steps a second of`,
      ...sources.map((source) => `  ${source}`),
      '',
      'came true   the value that just arrived; a few lines a second are shown, of all',
      'forecast    what had been said of it one step before; error is forecast less value',
      '80 % band   said with it, to hold the value 8 times in 10: ✓ it does, ✗ it does not',
      'next        the forecast issued now, for the step to come',
      '',
      this.#style('bold', row('sensor', 'moment', 'came true', 'forecast', 'error', '80 % band', '', 'next')),
      '',
    ].join('\n');
  }

  line({ series, tMs, actual, foretold, next }: Outcome): string {
    const sensor = this.#sensor(series);
    const say = (value: number): string => figure(value, sensor);
    const mark = !foretold ? '' : foretold.inside ? this.#style('green', '✓') : this.#style('red', '✗');
    const said = foretold
      ? [say(foretold.value), signed(foretold.error, sensor), `${say(foretold.low)}…${say(foretold.high)}`]
      : ['–', '', ''];
    return row(sensor.title, moment(tMs, sensor), say(actual), said[0], said[1], said[2], mark || ' ', say(next));
  }

  summary(scores: readonly Score[], readings: number): string {
    const forecasts = scores.reduce((sum, score) => sum + score.forecasts, 0);
    const lines = scores.map((score) => {
      const sensor = this.#sensor(score.series);
      const [error, persistence] = [score.meanError, score.meanPersistenceError].map((value) =>
        score.scored > 0 ? figure(value, { ...sensor, decimals: sensor.decimals + 1 }) : '–',
      );
      const share = score.scored > 0 ? `${Math.round(100 * score.insideShare)} %` : '–';
      return summaryRow(sensor.title, String(score.forecasts), error, persistence, beside(score), share);
    });
    return [
      '',
      `${readings} readings, ${forecasts} forecasts. One step ahead, mean absolute error beside persistence (the last value, said again):`,
      '',
      this.#style('bold', summaryRow('sensor', 'forecasts', 'error', 'persistence', 'ratio', 'in 80 % band')),
      ...lines,
      '',
    ].join('\n');
  }

  #sensor(series: string): Sensor {
    return this.#sensors.get(series) ?? { series, title: series, decimals: 2, moments: 'live' };
  }

  #style(style: keyof typeof codes, text: string): string {
    return this.#color ? `\x1b[${codes[style]}m${text}\x1b[0m` : text;
  }
}

function row(...[title, when, actual, said, error, band, mark, next]: string[]): string {
  return [
    title.padEnd(widths.title),
    when.padEnd(widths.moment),
    actual.padStart(widths.number + 1),
    said.padStart(widths.number),
    error.padStart(widths.error),
    band.padStart(widths.band),
    mark || ' ',
    next.padStart(widths.number),
  ].join(' ');
}

function summaryRow(...[title, forecasts, error, persistence, ratio, inside]: string[]): string {
  return [
    title.padEnd(widths.title),
    forecasts.padStart(9),
    error.padStart(9),
    persistence.padStart(11),
    ratio.padStart(7),
    inside.padStart(13),
  ].join(' ');
}

const beside = ({ scored, meanError, meanPersistenceError }: Score): string =>
  scored > 0 && meanPersistenceError > 0 ? (meanError / meanPersistenceError).toFixed(2) : '–';

const figure = (value: number, { decimals, scale = 1 }: Sensor): string => {
  const text = (value * scale).toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
};

function signed(value: number, sensor: Sensor): string {
  const text = figure(value, sensor);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** Recorded moments as they were written down; live ones by the clock on the wall. */
function moment(tMs: number, { moments }: Sensor): string {
  const recorded = new Date(tMs).toISOString();
  if (moments === 'day') return recorded.slice(0, 10);
  if (moments === 'hour') return recorded.slice(5, 16).replace('T', ' ');
  return new Date(tMs).toTimeString().slice(0, 8);
}
