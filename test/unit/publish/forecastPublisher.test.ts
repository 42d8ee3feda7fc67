import { Subject } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/pipeline/modelVersions.js';
import type { Forecast } from '../../../src/pipeline/ports.js';
import {
  createForecastPublisher,
  type ForecastPublisher,
  topicOfSeries,
} from '../../../src/publish/forecastPublisher.js';
import type { Publisher, Route } from '../../../src/publish/publisher.js';

const forecast = (seriesId: string, json: string, more: Partial<Forecast> = {}): Forecast => ({
  seriesId,
  tMs: 0,
  stepMs: 60_000,
  horizon: 24,
  tick: 0,
  last: 0,
  levels: [0.5],
  values: new Float64Array(24),
  json: Buffer.from(json),
  ...more,
});

/** A connection that accepts while `open`, and remembers. */
const fakePublisher = () => {
  const sent: (Route & { text: string })[] = [];
  const statuses: string[] = [];
  const ready$ = new Subject<void>();
  const state = { open: true, routes: 0, capacity: Number.POSITIVE_INFINITY };
  const route = (target: Route) => {
    state.routes++;
    return (payload: Uint8Array) => {
      if (!state.open || sent.length >= state.capacity) return false;
      sent.push({ ...target, text: Buffer.from(payload).toString() });
      return true;
    };
  };
  const publisher: Publisher = {
    route,
    publish: ({ payload, ...target }) => route(target)(payload),
    ready$,
    setStatus: (status) => statuses.push(status),
  };
  return { publisher, sent, statuses, state, ready: () => ready$.next() };
};

describe('forecastPublisher', () => {
  let broker: ReturnType<typeof fakePublisher>;
  let logged: object[];
  let sink: ForecastPublisher;
  const settings = { prefix: 'stepcast', node: 'pi', qos: 0, retain: true, outboxLimit: 3 } as const;

  beforeEach(() => {
    broker = fakePublisher();
    logged = [];
    sink = createForecastPublisher({
      publisher: broker.publisher,
      settings,
      log: (_, details) => logged.push(details),
    });
  });

  it('publishes to the topic of the series, for one horizon', () => {
    sink.publish([forecast('a/b.c', '{}', { horizon: 3, stepMs: 1_500 })]);
    expect(broker.sent).toEqual([
      {
        topic: 'stepcast/pi/forecast/a/b.c',
        qos: 0,
        retain: true,
        contentType: 'application/json',
        expirySeconds: 5,
        text: '{}',
      },
    ]);
  });

  it('lets a forecast live for one second at least', () => {
    sink.publish([forecast('a', '{}', { horizon: 1, stepMs: 1 })]);
    expect(broker.sent[0].expirySeconds).toBe(1);
  });

  it('replaces what a topic name must not hold', () => {
    sink.publish([forecast('a+b/#/c\0d', '{}')]);
    expect(broker.sent[0].topic).toBe('stepcast/pi/forecast/a_b/_/c_d');
  });

  it.each([
    ['a\u0001b\u007f\u0085c', 'a_b__c'],
    ['lone \ud800 surrogate', 'lone _ surrogate'],
    ['\ufffe\ufdd0\u{1ffff}', '___'],
    ['Küche/温度/💧', 'Küche/温度/💧'],
    [`${'a/'.repeat(200)}b`, `${'a/'.repeat(149)}${'a_'.repeat(51)}b`],
    ['x'.repeat(65_535), 'x'.repeat(20_000)],
  ])('gives %j a topic for which no broker hangs up', (series, topic) => {
    expect(topicOfSeries(series)).toBe(topic);
  });

  it('builds a route once a series, and anew when the horizon changes', () => {
    const before = broker.state.routes;
    for (let i = 0; i < 5; i++) sink.publish([forecast('a', '{}')]);
    expect(broker.state.routes - before).toBe(1);
    sink.publish([forecast('a', '{}', { stepMs: 1_000 })]);
    expect(broker.sent.at(-1)?.expirySeconds).toBe(24);
  });

  it('keeps the latest forecast of each series while the broker is away, drops the oldest beyond its bound, and counts', () => {
    broker.state.open = false;
    sink.publish([forecast('a', '1'), forecast('b', '2'), forecast('a', '3'), forecast('c', '4'), forecast('d', '5')]);
    expect(sink.counts()).toEqual({ sent: 0, waiting: 3, superseded: 1, dropped: 1 });
    broker.state.open = true;
    broker.ready();
    expect(broker.sent.map(({ text }) => text)).toEqual(['3', '4', '5']);
    expect(sink.counts()).toEqual({ sent: 3, waiting: 0, superseded: 1, dropped: 1 });
  });

  it('never sends an older forecast of a series after a newer one', () => {
    broker.state.capacity = 1;
    sink.publish([forecast('a', '1'), forecast('a', '2')]);
    broker.state.capacity = 10; // room again, before the connection says so
    sink.publish([forecast('a', '3'), forecast('b', '4')]);
    broker.ready();
    expect(broker.sent.map(({ text }) => text)).toEqual(['1', '4', '3']);
  });

  it('tells gaps on their topic and in the log, and keeps them while the broker is away', () => {
    broker.state.open = false;
    const gap = { seriesId: 's/x', fromMs: 1, toMs: 2, missing: 3, reason: 'sequence' } as const;
    sink.gaps([gap, { ...gap, missing: 4 }]);
    expect(logged).toEqual([gap, { ...gap, missing: 4 }]);
    broker.state.open = true;
    broker.ready();
    expect(broker.sent).toHaveLength(2);
    expect(broker.sent[0]).toMatchObject({ topic: 'stepcast/pi/gap/s/x', qos: 1, retain: false });
    expect(JSON.parse(broker.sent[0].text)).toEqual({ series: 's/x', from: 1, to: 2, missing: 3, reason: 'sequence' });
  });

  it('tells what was decided about models on the learn topic of the series, or of the model where it is of many', () => {
    broker.state.open = false;
    const decision: Decision = {
      ...{ timeMs: 5, kind: 'probation', model: 'gru-base@2', series: 's/x', verdict: 'rolled-back' },
      ...{ reason: 'the one before erred less', figures: { ticks: 256 }, durationMs: 7 },
    };
    sink.decisions([decision, { ...decision, kind: 'rollback', series: undefined }]);
    broker.state.open = true;
    broker.ready();
    expect(broker.sent.map(({ topic, retain }) => [topic, retain])).toEqual([
      ['stepcast/pi/learn/s/x', false],
      ['stepcast/pi/learn/gru-base@2', false],
    ]);
    expect(JSON.parse(broker.sent[0].text)).toEqual({
      ...{ time: 5, kind: 'probation', model: 'gru-base@2', series: 's/x', verdict: 'rolled-back' },
      ...{ reason: 'the one before erred less', figures: { ticks: 256 }, duration: 7 },
    });
  });

  it('retains one health document, and after an absence sends only the last', () => {
    sink.health({ n: 1 });
    broker.state.open = false;
    sink.health({ n: 2 });
    sink.health({ n: 3 });
    broker.state.open = true;
    broker.ready();
    expect(broker.sent.map(({ topic, retain, text }) => [topic, retain, text])).toEqual([
      ['stepcast/pi/health', true, '{"n":1}'],
      ['stepcast/pi/health', true, '{"n":3}'],
    ]);
  });

  it('hands its status to the connection, and stops listening when stopped', () => {
    sink.status('degraded');
    expect(broker.statuses).toEqual(['degraded']);
    broker.state.open = false;
    sink.publish([forecast('a', '1')]);
    sink.stop();
    broker.state.open = true;
    broker.ready();
    expect(broker.sent).toEqual([]);
  });
});
