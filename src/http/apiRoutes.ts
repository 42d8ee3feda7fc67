import { after, issued, moment, name, onOff, type Parameters, steps, type Values, whole } from './parameters.js';
import type { Place, Question } from './questions.js';

/** A question that has an address. */
export interface ApiRoute<P extends Parameters = Parameters> {
  readonly path: string;
  readonly summary: string;
  readonly parameters: P;
  readonly row: string; // schema of openapi.json
  readonly question: (values: Values<P>, nowMs: number) => Question;
}

const route = <P extends Parameters>(made: ApiRoute<P>): ApiRoute => made as unknown as ApiRoute;

export const mostRows = 20_000;
const pageRows = 5000;

const series = name('name of the series', true);
const from = moment('first time, inclusive');
const to = moment('last time, inclusive');
const limit = whole('rows of a page at most', 1, mostRows, pageRows);
const window = { series, from, to, limit, after };
const horizon = whole('only forecasts of this many steps ahead', 1, 1024);

/** What a question about forecasts may say, without pages. */
export const forecastParameters = { series, from, to, issued, horizon };

const place = (given: Place | string | undefined): { after?: Place } =>
  typeof given === 'object' ? { after: given } : {};

/** The questions of `/api`, in one place: what is served, and what openapi.json says. */
export const apiRoutes: readonly ApiRoute[] = [
  route({
    path: '/api/series',
    summary: 'Every known series, by name: last value, next forecast, last readings, live accuracy',
    parameters: {
      series: name('this one alone'),
      search: name('part of the name, case aside'),
      accuracy: onOff('how the newest forecasts turned out; off answers sooner', 'on'),
      spark: whole('last readings to give with each', 0, 500, 48),
      limit: whole('rows of a page at most', 1, 1000, 250),
      after,
    },
    row: 'Series',
    question: ({ series, search, accuracy = true, spark = 48, limit = 250, after }) => ({
      ...{ kind: 'series', accuracy, spark, most: limit },
      ...(series !== undefined && { series }),
      ...(search !== undefined && { search }),
      ...(typeof after === 'string' && { after }),
    }),
  }),
  route({
    path: '/api/readings',
    summary: 'Readings of one series in the order of their times',
    parameters: window,
    row: 'Reading',
    question: ({ series, from, to, limit = pageRows, after }) => ({
      ...{ kind: 'readings', series: series!, fromMs: from, toMs: to, most: limit, ...place(after) },
    }),
  }),
  route({
    path: '/api/forecasts',
    summary: 'Stored forecasts of one series beside what came true, in the order of their target times',
    parameters: { ...window, issued, horizon },
    row: 'Forecast',
    question: ({ series, from, to, issued = 'latest', horizon, limit = pageRows, after }) => ({
      ...{ kind: 'forecasts', series: series!, fromMs: from, toMs: to, issued, horizon, most: limit, ...place(after) },
    }),
  }),
  route({
    path: '/api/accuracy',
    summary: 'How the forecasts of one series turned out, by model version and steps ahead',
    parameters: { series, since: moment('only forecasts made for readings at or after this time'), horizon: steps },
    row: 'Accuracy',
    question: ({ series, since, horizon }) => ({
      ...{ kind: 'accuracy', series: series!, sinceMs: since, horizons: horizon },
    }),
  }),
  route({
    path: '/api/weights',
    summary: 'What each expert had in the forecast of one series that was in force at a moment',
    parameters: { series, issued: moment('that moment, default now') },
    row: 'Weight',
    question: ({ series, issued }, nowMs) => ({ kind: 'weights', series: series!, atMs: issued ?? nowMs }),
  }),
  route({
    path: '/api/models',
    summary: 'Versions of models: where they come from, who uses them, how they do',
    parameters: { name: name('NAME, with the versions that series made their own, NAME:SERIES or NAME@VERSION') },
    row: 'Model',
    question: ({ name }) => ({ kind: 'models', name }),
  }),
  route({
    path: '/api/decisions',
    summary: 'What was decided about versions of models, oldest first',
    parameters: {
      series: name('about this series, or about all that share a model'),
      model: name('about this version, NAME@VERSION'),
      ...{ from, to },
    },
    row: 'Decision',
    question: ({ series, model, from, to }) => ({ kind: 'decisions', series, model, fromMs: from, toMs: to }),
  }),
];
