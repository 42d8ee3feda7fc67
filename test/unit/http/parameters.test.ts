import { describe, expect, it } from 'vitest';
import { apiRoutes, forecastParameters } from '../../../src/http/apiRoutes.js';
import { readDocument, readParameters, toAfter } from '../../../src/http/parameters.js';

const nowMs = Date.UTC(2026, 0, 31, 12);
const hour = 3_600_000;
const route = (path: string) => apiRoutes.find((one) => one.path === path)!;
const ask = (path: string, query: string) => {
  const { parameters, question } = route(path);
  const params = new URLSearchParams(query);
  const given = Object.fromEntries([...params.keys()].map((key) => [key, params.getAll(key)]));
  const flat = Object.fromEntries(Object.entries(given).map(([key, all]) => [key, all.length === 1 ? all[0] : all]));
  return question(readParameters(parameters, flat, nowMs), nowMs);
};

describe('the parameters of the interface', () => {
  it('make a question, with defaults for what is left out', () => {
    expect(ask('/api/forecasts', 'series=a/b&from=-6h&issued=now&horizon=3')).toEqual({
      ...{ kind: 'forecasts', series: 'a/b', fromMs: nowMs - 6 * hour, toMs: undefined, issued: nowMs, horizon: 3 },
      most: 5000,
    });
    expect(ask('/api/series', '')).toEqual({ kind: 'series', accuracy: true, spark: 48, most: 250 });
  });

  it.each(['2026-01-31T13:00+01:00', '2026-01-31T13:00%2B01:00', '2026-01-31T12:00Z', `${nowMs}`])(
    'read the moment %s, whether or not its + was escaped',
    (text) => {
      expect(ask('/api/readings', `series=a&from=${text}`)).toMatchObject({ fromMs: nowMs });
    },
  );

  it.each([
    ['/api/forecasts', '', /series.*must be given/],
    ['/api/forecasts', 'series=', /series.*a name/],
    ['/api/forecasts', 'serie=a', /no such parameter.*did you mean series/],
    ['/api/forecasts', 'series=a&series=b', /several values/],
    ['/api/forecasts', 'series=a&from=yesterday', /from.*ISO 8601.*yesterday/],
    ['/api/forecasts', 'series=a&from=-1h&to=-2h', /not be later/],
    ['/api/forecasts', 'series=a&horizon=0', /from 1 to 1024/],
    ['/api/forecasts', 'series=a&limit=1000000', /from 1 to 20000/],
    ['/api/forecasts', 'series=a&after=x', /header Link/],
    ['/api/readings', 'series=a&token=secret', /no such parameter — there are series, from, to, limit, after \[/],
    ['/api/forecasts', 'series=a&horizons=3', /did you mean horizon\? there are .*issued, horizon \[/],
    ['/api/accuracy', 'series=a&horizon=1,,2', /all, or steps/],
    ['/api/series', 'accuracy=yes', /on or off/],
  ])('of %s refuse ?%s', (path, query, reason) => {
    const refusal = (() => {
      try {
        return ask(path, query);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toMatchObject({ code: 'QUERY_INVALID', line: expect.stringMatching(reason) });
  });

  it('take the place of a page as it was given out', () => {
    const place = { fromMs: 17, skip: 2 };
    expect(ask('/api/readings', `series=a&after=${toAfter(place)}`)).toMatchObject({ after: place });
    expect(ask('/api/series', `after=${toAfter('küche/a')}`)).toMatchObject({ after: 'küche/a' });
  });

  it('of a JSON document may be numbers, and null is as good as nothing', () => {
    const document = { series: 'a', from: nowMs, to: null, horizon: 2, issued: 'all' };
    expect(readDocument(forecastParameters, document, nowMs)).toEqual({
      ...{ series: 'a', from: nowMs, horizon: 2, issued: 'all' },
    });
    expect(() => readDocument(forecastParameters, { series: { a: 1 } }, nowMs)).toThrow(/expected a name/);
  });
});
