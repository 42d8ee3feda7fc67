import SwaggerParser from '@apidevtools/swagger-parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiSeries, Problem } from '../../../src/http/api.js';
import { apiRoutes } from '../../../src/http/apiRoutes.js';
import { openApi } from '../../../src/http/openApi.js';
import { listSeries, liveAccuracy, queryForecasts } from '../../../src/storage/queries.js';
import { storedAccuracy } from '../../../src/storage/storedAccuracy.js';
import { type Answered, ApiUnderTest } from '../../support/apiUnderTest.js';
import { minute, startMs } from '../../support/storeFixture.js';

const api = new ApiUnderTest();
const name = 'series=sensors/2';

beforeAll(async () => {
  await api.fill(3, 1500); // more than one run, and a tail
  await api.start();
});
afterAll(() => api.clean());

/** All pages, as a client follows them. */
async function everyPage(path: string): Promise<{ pages: number; rows: unknown[] }> {
  const rows: unknown[] = [];
  let pages = 0;
  for (let next: string | undefined = path; next; pages++) {
    const answer: Answered = await api.ask(next);
    expect(answer.status, answer.text).toBe(200);
    rows.push(...(answer.json() as unknown[]));
    next = /^<([^>]+)>; rel="next"$/.exec((answer.headers.link as string | undefined) ?? '')?.[1];
  }
  return { pages, rows };
}

describe('the answers of the interface', () => {
  it.each(['latest', 'all'] as const)('give the forecasts of query --issued %s, page by page', async (issued) => {
    const expected = await queryForecasts(api.path, { series: 'sensors/2', issued });
    const { pages, rows } = await everyPage(`/api/forecasts?${name}&issued=${issued}&limit=700`);
    expect(rows).toEqual(expected);
    expect(pages).toBe(Math.ceil(expected.length / 700));
  });

  it('give those of a time, of one step, and the one in force at a moment', async () => {
    const from = startMs + 30 * minute;
    const query = { series: 'sensors/2', fromMs: from, toMs: from + 10 * minute, horizon: 2 };
    const window = `from=${query.fromMs}&to=${query.toMs}&horizon=2&issued=all`;
    const rows = (await everyPage(`/api/forecasts?${name}&${window}`)).rows;
    expect(rows).toEqual(await queryForecasts(api.path, { ...query, issued: 'all' }));
    expect(rows).toHaveLength(11);
    const then = (await everyPage(`/api/forecasts?${name}&issued=${from}`)).rows;
    expect(then).toEqual(await queryForecasts(api.path, { series: 'sensors/2', issued: from }));
    expect(then).toHaveLength(3);
  });

  it('give readings in the order of their times', async () => {
    const { pages, rows } = await everyPage(`/api/readings?${name}&from=${startMs + 5 * minute}&limit=999`);
    const expected = Array.from({ length: 1495 }, (_, i) => ({ time: startMs + (i + 5) * minute, value: i + 5 }));
    expect(rows).toEqual(expected);
    expect(pages).toBe(2);
  });

  it('give the series of `series --json`, each with its next forecast and its last readings', async () => {
    const { rows, pages } = await everyPage('/api/series?limit=2&spark=2');
    expect(pages).toBe(2);
    const listed = await listSeries(api.path);
    for (const [i, row] of (rows as ApiSeries[]).entries()) {
      const accuracy = (await liveAccuracy(api.path, row.series, 500))!;
      expect(row).toMatchObject({ ...listed[i], ...accuracy });
      expect(row.skill1).toBeCloseTo(1 - accuracy.mae1! / accuracy.persistence1!, 12);
      expect(row.next).toMatchObject({ horizon: 1, time: startMs + 1499 * minute, q50: 1499.1, actual: null });
      expect(row.spark).toEqual([
        { time: startMs + 1498 * minute, value: 1498 },
        { time: startMs + 1499 * minute, value: 1499 },
      ]);
    }
    expect(rows).toHaveLength(listed.length);
    const found = (await everyPage('/api/series?search=S/3&accuracy=off')).rows as ApiSeries[];
    expect(found.map(({ series, mae1 }) => [series, mae1])).toEqual([['sensors/3', undefined]]);
  });

  it('give the accuracy of `accuracy SERIES --json`', async () => {
    const { rows } = await everyPage(`/api/accuracy?${name}&horizon=1,3`);
    expect(rows).toEqual(await storedAccuracy(api.path, { series: 'sensors/2', horizons: [1, 3] }, () => {}));
    expect(rows).toHaveLength(2);
  });

  it('are what openapi.json says they are, and it is sound', async () => {
    const served = (await api.ask('/api/openapi.json')).json() as ReturnType<typeof openApi>;
    expect(served).toEqual(JSON.parse(JSON.stringify(openApi())));
    const document = await SwaggerParser.dereference(structuredClone(served) as never);
    await SwaggerParser.validate(structuredClone(served) as never);
    const ajv = new Ajv2020({ strict: false });
    const { paths } = document as unknown as { paths: Record<string, { get: { responses: Responses } }> };
    for (const { path, parameters } of apiRoutes) {
      const answer = await api.ask('series' in parameters ? `${path}?${name}` : path);
      expect(answer.status, answer.text).toBe(200);
      const { schema } = paths[path].get.responses['200'].content['application/json'];
      expect(ajv.validate(schema, answer.json()), `${path}: ${ajv.errorsText()}`).toBe(true);
    }
    const refused = await api.ask('/api/forecasts');
    const problem = paths['/api/forecasts'].get.responses['400'].content['application/problem+json'].schema;
    expect(ajv.validate(problem, refused.json()), ajv.errorsText()).toBe(true);
  });

  it.each([
    ['/api/forecasts?series=sensor/2', 404, 'SERIES_UNKNOWN', /did you mean sensors\/2/],
    ['/api/series?series=nothing', 404, 'SERIES_UNKNOWN', /GET \/api\/series/],
    ['/api/readings?series=x', 404, 'SERIES_UNKNOWN', /no such series/],
    ['/api/weights?series=x', 404, 'SERIES_UNKNOWN', /no such series/],
    ['/api/accuracy?series=x', 404, 'SERIES_UNKNOWN', /no such series/],
    ['/api/forecasts', 400, 'QUERY_INVALID', /must be given/],
    ['/api/nothing', 404, 'NOT_FOUND', /openapi/],
  ])('to %s say %i %s', async (path, status, code, detail) => {
    const answer = await api.ask(path);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect([answer.status, answer.json()]).toMatchObject([status, { status, code, type: 'about:blank' }]);
    expect((answer.json() as Problem).detail).toMatch(detail);
  });

  it('are not sent again to one who has them', async () => {
    const path = `/api/forecasts?${name}&limit=10`;
    const { headers } = await api.ask(path);
    const again = await api.ask(path, { headers: { 'if-none-match': headers.etag! } });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await api.ask(`${path}1`, { headers: { 'if-none-match': headers.etag! } })).status).toBe(200);
  });

  it('have a head without a body', async () => {
    const [head, whole] = await Promise.all([
      api.ask(`/api/readings?${name}`, { method: 'HEAD' }),
      api.ask(`/api/readings?${name}`),
    ]);
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['content-length']).toBe(String(whole.text.length));
  });

  it('tell health with its reasons, and metrics as they are', async () => {
    expect((await api.ask('/healthz')).json()).toEqual({ status: 'ok', reasons: [] });
    api.health = { status: 'degraded', reasons: ['the disk is full'] };
    const answer = await api.ask('/healthz');
    api.health = { status: 'ok', reasons: [] };
    expect([answer.status, answer.json()]).toEqual([503, { status: 'degraded', reasons: ['the disk is full'] }]);
    expect((await api.ask('/metrics')).text).toBe('up 1\n');
  });

  it('come without a mistake of the program', () => {
    expect(api.failures).toEqual([]);
  });
});

type Responses = Record<string, { content: Record<string, { schema: object }> }>;
