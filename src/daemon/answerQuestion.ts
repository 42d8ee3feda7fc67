import type { Database } from 'better-sqlite3';
import { nearestFew } from '../config/nearest.js';
import { StepcastError } from '../errors.js';
import type { Answer, Question } from '../http/questions.js';
import type { LiveAccuracy } from '../listing/liveAccuracy.js';
import { forecastPage } from '../storage/forecastRows.js';
import { decisionRows, modelRows } from '../storage/modelQueries.js';
import { accuracyOfNewest } from '../storage/queries.js';
import { seriesPage } from '../storage/seriesPage.js';
import { accuracyRows } from '../storage/storedAccuracy.js';
import { readingPage } from '../storage/storedReadings.js';
import { weightsInForce } from '../storage/weightsInForce.js';

export const accuracyForecasts = 500; // as `stepcast series` looks at
const freshMs = 10_000; // so long a figure of a list may stand while its series goes on,
const freshMsASeries = 50; // and so much longer for each that is known: it takes some ten to find
const mostRemembered = 20_000; // series

export interface Budget {
  readonly pageMs: number; // a page that has a row ends then
  readonly briefMs?: number; // a window of time is left to another thread then
  readonly mostMs: number; // a question that cannot be answered in parts fails then
}

/** The question is for a thread that has more time. */
export class TakesLonger extends Error {}

export type Rows = Pick<Answer, 'next'> & { readonly rows: readonly object[] };

/** Answers questions on one connection, and remembers what is costly to find. */
export class Answerer {
  readonly #db: Database;
  readonly #budget: Budget;
  readonly #elapsedMs: () => number;
  readonly #accuracies = new Map<string, { tick: number; atMs: number; accuracy: LiveAccuracy | undefined }>();

  constructor(db: Database, budget: Budget, elapsedMs = () => performance.now()) {
    this.#db = db;
    this.#budget = budget;
    this.#elapsedMs = elapsedMs;
  }

  /** In one moment of the database. @throws {StepcastError} SERIES_UNKNOWN or QUERY_TOO_COSTLY. @throws {TakesLonger} */
  answer(question: Question): Rows {
    return this.#db.transaction(() => this.#answer(question))();
  }

  #answer(question: Question): Rows {
    const db = this.#db;
    const began = this.#elapsedMs();
    const { pageMs, briefMs = Number.POSITIVE_INFINITY } = this.#budget;
    const isLate = (): boolean => {
      const tookMs = this.#elapsedMs() - began;
      if (tookMs > briefMs && question.kind !== 'series') throw new TakesLonger();
      return tookMs > pageMs;
    };
    const assertInTime = (): void => {
      if (this.#elapsedMs() - began > this.#budget.mostMs) throw tooCostly(question);
    };
    switch (question.kind) {
      case 'series': {
        const { accuracy, ...query } = question;
        const page = seriesPage(db, { ...query, isLate, ...(accuracy && { accuracy: this.#accuracyOf }) });
        return question.series !== undefined && page.rows.length === 0 ? this.#unknown(question.series) : page;
      }
      case 'readings':
        return readingPage(db, question, { ...question, isLate }) ?? this.#unknown(question.series);
      case 'forecasts':
        return forecastPage(db, question, { ...question, isLate }) ?? this.#unknown(question.series);
      case 'accuracy': {
        const rows = accuracyRows(db, question, assertInTime);
        return rows.length === 0 ? this.#nothingOf(question.series) : { rows };
      }
      case 'weights':
        return { rows: weightsInForce(db, question.series, question.atMs) ?? this.#unknown(question.series) };
      case 'models': {
        const { name } = question;
        const rows = modelRows(db, assertInTime);
        return { rows: name === undefined ? rows : rows.filter((row) => belongsTo(row, name)) };
      }
      case 'decisions': {
        const { series = null, model = null, fromMs = null, toMs = null } = question;
        const condition = `(:series IS NULL OR series = :series OR series IS NULL) AND (:model IS NULL OR model = :model)
          AND (:fromMs IS NULL OR time >= :fromMs) AND (:toMs IS NULL OR time <= :toMs)`;
        return { rows: decisionRows(db, condition, { series, model, fromMs, toMs }) };
      }
    }
  }

  readonly #accuracyOf = (series: string, tick: number): LiveAccuracy | undefined => {
    const known = this.#accuracies.get(series);
    const nowMs = this.#elapsedMs();
    const standsMs = freshMs + freshMsASeries * this.#accuracies.size;
    if (known && (known.tick === tick || nowMs - known.atMs < standsMs)) return known.accuracy;
    const accuracy = accuracyOfNewest(this.#db, series, accuracyForecasts);
    if (this.#accuracies.size >= mostRemembered) this.#accuracies.clear();
    this.#accuracies.set(series, { tick, atMs: nowMs, accuracy });
    return accuracy;
  };

  #nothingOf(series: string): Rows {
    const known = this.#db.prepare('SELECT 1 FROM series_def WHERE name = ?').get(series);
    return known ? { rows: [] } : this.#unknown(series);
  }

  #unknown(series: string): never {
    const names = this.#db.prepare('SELECT name FROM series_def').pluck().all() as string[];
    throw unknownSeries(series, nearestFew(series, names, 3));
  }
}

export const unknownSeries = (series: string, near: readonly string[]): StepcastError =>
  new StepcastError({
    ...{ code: 'SERIES_UNKNOWN', op: 'query', subject: series, message: 'there is no such series' },
    hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'GET /api/series lists those there are',
  });

export const belongsTo = ({ name, version }: { name: string; version: number }, wanted: string): boolean =>
  name === wanted || name.startsWith(`${wanted}:`) || `${name}@${version}` === wanted;

export const tooCostly = ({ kind }: Question): StepcastError =>
  new StepcastError({
    ...{ code: 'QUERY_TOO_COSTLY', op: 'query', subject: kind, message: 'it takes longer than one question may' },
    hint: kind === 'accuracy' ? 'ask for less: since=-1d' : 'use the command line beside the daemon: `stepcast models`',
  });
