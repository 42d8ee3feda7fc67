import { nearestFew } from '../config/nearest.js';
import type { Question } from '../http/questions.js';
import { decisionRows, modelRows } from '../postgres/modelQueries.js';
import { forecastPage, readingPage, seriesPage, weightsInForce } from '../postgres/pages.js';
import type { Moment, PostgresReader } from '../postgres/postgresReader.js';
import { accuracyRows } from '../postgres/storedAccuracy.js';
import { accuracyForecasts, type Budget, belongsTo, type Rows, tooCostly, unknownSeries } from './answerQuestion.js';

/** Answers a question in one moment of a PostgreSQL database. @throws {StepcastError} SERIES_UNKNOWN or QUERY_TOO_COSTLY. */
export const answerFromPostgres = (reader: PostgresReader, question: Question, budget: Budget): Promise<Rows> =>
  reader.read((moment) => answer(moment, question, budget));

async function answer(moment: Moment, question: Question, { pageMs, mostMs }: Budget): Promise<Rows> {
  const began = performance.now();
  const isLate = (): boolean => performance.now() - began > pageMs;
  const assertInTime = (): void => {
    if (performance.now() - began > mostMs) throw tooCostly(question);
  };
  const unknown = async (series: string): Promise<never> => {
    const names = await moment.rows<{ name: string }>('SELECT name FROM series_def');
    throw unknownSeries(
      series,
      nearestFew(
        series,
        names.map(({ name }) => name),
        3,
      ),
    );
  };
  switch (question.kind) {
    case 'series': {
      const scored = question.accuracy ? accuracyForecasts : 0;
      const page = await seriesPage(moment, { ...question, scored, isLate });
      return question.series !== undefined && page.rows.length === 0 ? unknown(question.series) : page;
    }
    case 'readings':
      return (await readingPage(moment, question, { ...question, isLate })) ?? unknown(question.series);
    case 'forecasts':
      return (await forecastPage(moment, question, { ...question, isLate })) ?? unknown(question.series);
    case 'accuracy': {
      const rows = await accuracyRows(moment, question, assertInTime);
      if (rows.length > 0) return { rows };
      const known = await moment.rows('SELECT 1 FROM series_def WHERE name = $1', [question.series]);
      return known.length > 0 ? { rows } : unknown(question.series);
    }
    case 'weights':
      return {
        rows: (await weightsInForce(moment, question.series, question.atMs)) ?? (await unknown(question.series)),
      };
    case 'models': {
      const { name } = question;
      const rows = await modelRows(moment, assertInTime);
      return { rows: name === undefined ? rows : rows.filter((row) => belongsTo(row, name)) };
    }
    case 'decisions':
      return { rows: await decisionRows(moment, { ...question, ...(question.model && { models: [question.model] }) }) };
  }
}
