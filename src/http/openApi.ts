import { version } from '../version.js';
import { type ApiRoute, apiRoutes } from './apiRoutes.js';
import { name, type Parameters } from './parameters.js';
import { problemType } from './problem.js';
import { schemas } from './schemas.js';

const refused = (description: string): object => ({
  description,
  content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } },
});

const anyone = { 401: refused('a token is asked for'), 403: refused('asked by a page of another site') };
const refusals = {
  400: refused('a parameter is not what it must be'),
  ...anyone,
  413: refused('it would take longer than one question may'),
  429: refused('too many requests: Retry-After says when to go on'),
  503: refused('too many questions wait, or the database cannot be read now'),
};

const parametersOf = (parameters: Parameters): object[] =>
  Object.entries(parameters).map(([name, { description, schema, required = false }]) => ({
    ...{ name, in: 'query', required, description, schema },
  }));

const listOf = ({ summary, parameters, row }: ApiRoute): object => ({
  get: {
    ...{ summary, parameters: parametersOf(parameters) },
    responses: {
      200: {
        description: 'the rows of a page',
        headers: {
          ETag: { description: 'of the answer: the same again is 304', schema: { type: 'string' } },
          Link: { description: 'rel="next": the next page, when there is one', schema: { type: 'string' } },
        },
        content: {
          'application/json': { schema: { type: 'array', items: { $ref: `#/components/schemas/${row}` } } },
        },
      },
      304: { description: 'If-None-Match names this very answer' },
      ...refusals,
      ...('series' in parameters && { 404: refused('there is no such series') }),
    },
  },
});

const document = (schema: string, description: string): object => ({
  description,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

const open = { security: [] };
const login = { type: 'object', properties: { token: { type: 'string' } }, required: ['token'] };

/** The description of the interface, OpenAPI 3.1, made of what serves it. */
export const openApi = (): object => ({
  openapi: '3.1.0',
  info: {
    ...{ title: 'stepcast', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    description: 'What a stepcast daemon knows and forecasts, read-only. Times are epoch milliseconds.',
  },
  servers: [{ url: '/' }],
  security: [{ token: [] }, { session: [] }],
  paths: {
    ...Object.fromEntries(apiRoutes.map((route) => [route.path, listOf(route)])),
    '/api/node': { get: { summary: 'This daemon', responses: { 200: document('Node', 'the daemon'), ...anyone } } },
    '/api/live': {
      get: {
        summary: 'Server-sent events: hello, latest, forecast, decision, gap, health, goodbye',
        parameters: parametersOf({ series: name('whose forecasts come in full') }),
        responses: {
          200: { description: 'events until one side ends', content: { 'text/event-stream': {} } },
          ...refusals,
        },
      },
    },
    '/api/session': {
      post: {
        ...{ summary: 'Trades the token for a cookie', ...open },
        requestBody: { required: true, content: { 'application/json': { schema: login } } },
        responses: {
          204: { description: 'the cookie is set' },
          400: refusals[400],
          401: anyone[401],
          429: refusals[429],
        },
      },
      delete: { summary: 'Takes the cookie away', ...open, responses: { 204: { description: 'it is gone' } } },
    },
    '/healthz': {
      get: {
        ...{ summary: 'Whether all is well', ...open },
        responses: { 200: document('Health', 'it is'), 503: document('Health', 'it is not, and why') },
      },
    },
    '/metrics': {
      get: {
        summary: 'Figures for Prometheus',
        responses: { 200: { description: 'text exposition format', content: { 'text/plain': {} } }, ...anyone },
      },
    },
  },
  components: {
    schemas,
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'http.token of the configuration, where it has one' },
      session: { type: 'apiKey', in: 'cookie', name: 'stepcast' },
    },
  },
});
