import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../../scripts/bundleOptions.mjs';
import type { MetricSources } from '../../../src/monitoring/metricSources.js';
import { createMetrics } from '../../../src/monitoring/metrics.js';
import { counters } from '../../../src/pipeline/counters.js';
import type { Decision, ModelVersion } from '../../../src/pipeline/modelVersions.js';
import type { Forecast } from '../../../src/pipeline/ports.js';
import { type ExposedMetric, exposed, lint } from '../../reference/promlint.js';

const counts = { ...counters(), readings: 12, forecasts: 10, rejects: { json_syntax: 2, too_large: 1 } };
const model = { name: 'gru', version: 1, sha256: '', createdMs: 0, parent: undefined } as const;
const sources: MetricSources = {
  version: '1.2.3',
  counts,
  published: () => ({ sent: 9, superseded: 1, dropped: 0, waiting: 4 }),
  broker: () => ({ connected: true, connections: 3, unacknowledged: 7 }),
  store: () => ({ commits: 5, pendingCommits: 1, databaseBytes: 4096, walBytes: 512, freeBytes: 1e9 }),
  models: () =>
    [
      { ...model, state: 'active', origin: 'shipped' },
      { ...model, state: 'retired', origin: 'tuned' },
      { ...model, state: 'retired', origin: 'tuned' },
    ] satisfies ModelVersion[],
  series: () => 2,
  coverage: () => ({ series: 2, meanError: 0.01, farthest: [] }),
  healthy: () => false,
  devices: () => [
    {
      online: true,
      device: {
        id: 'kitchen-7',
        counts: {
          ...{ sessions: 2, readings: 40, repeated: 3, gaps: 1, dropped: 5, badFrames: { crc: 6 }, forecastsSent: 39 },
        },
        clock: { uncertaintyMs: 12 },
        stats: { ringUsed: 7, resent: 4 },
      },
    },
  ],
};
/** Everything a daemon can say, with each kind of label in use. */
const scrape = async (): Promise<string> => {
  const metrics = createMetrics(sources, { bySeries: true });
  metrics.published(3);
  metrics.published(40);
  metrics.committed(15);
  const decision = { kind: 'gate', verdict: 'promoted', durationMs: 2_500 } as Decision;
  metrics.decided([decision, { ...decision, kind: 'probation', verdict: 'kept' }]);
  metrics.forecasts([forecast('a "quoted" one')]);
  await metrics.text();
  return metrics.text(); // a second scrape says the same, not the sum of both
};
const forecast = (seriesId: string): Forecast => ({
  ...{ seriesId, tMs: 60_000, stepMs: 60_000, horizon: 1, tick: 1, last: 20, levels: [0.1, 0.5, 0.9] },
  ...{ values: new Float64Array([20, 21, 22]), json: new Uint8Array() },
});

describe('metrics', () => {
  let text: string;
  const value = (line: string) => Number(new RegExp(`^${line.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);

  beforeAll(async () => {
    text = await scrape();
  });

  it('keeps to the rules of promlint: help, base units, _total for counters and for nothing else', () => {
    expect(lint(text)).toEqual([]);
  });

  it('has what was counted elsewhere, as it is at the scrape', () => {
    expect(value('stepcast_readings_total')).toBe(12);
    expect(value('stepcast_rejects_total{reason="json_syntax"}')).toBe(2);
    expect(value('stepcast_forecasts_published_total{outcome="superseded"}')).toBe(1);
    expect(value('stepcast_models{state="retired",origin="tuned"}')).toBe(2);
    expect(value('stepcast_store_size_bytes{file="wal"}')).toBe(512);
    expect(value('stepcast_healthy')).toBe(0);
    expect(value(`stepcast_build_info{version="1.2.3",node="${process.version}"}`)).toBe(1);
  });

  it('has what there is to say of each device', () => {
    expect(value('stepcast_device_online{device="kitchen-7"}')).toBe(1);
    expect(value('stepcast_device_readings_dropped_total{device="kitchen-7"}')).toBe(5);
    expect(value('stepcast_device_bad_frames_total{device="kitchen-7",verdict="crc"}')).toBe(6);
    expect(value('stepcast_device_time_uncertainty_seconds{device="kitchen-7"}')).toBe(0.012);
  });

  it('says nothing of devices where there are none', async () => {
    const { devices: _, ...plain } = sources;
    expect(await createMetrics(plain).text()).not.toContain('stepcast_device_');
  });

  it('has durations in seconds', () => {
    expect(value('stepcast_publish_latency_seconds_bucket{le="0.005"}')).toBe(1);
    expect(value('stepcast_publish_latency_seconds_sum')).toBeCloseTo(0.043, 9);
    expect(value('stepcast_commit_duration_seconds_count')).toBe(1);
    expect(value('stepcast_learning_seconds_total')).toBe(2.5);
    expect(value('stepcast_model_decisions_total{kind="probation",verdict="kept"}')).toBe(1);
  });

  it('names series only where that is wanted, and five thousand at most', async () => {
    expect(text).toContain('stepcast_series_forecast{series="a \\"quoted\\" one"} 21');
    const plain = createMetrics(sources);
    plain.forecasts([forecast('a')]);
    expect(await plain.text()).not.toContain('series="');
    const many = createMetrics(sources, { bySeries: true });
    many.forecasts(Array.from({ length: 5_010 }, (_, i) => forecast(`s${i}`)));
    expect((await many.text()).match(/^stepcast_series_value\{/gm)).toHaveLength(5_000);
  });

  it('keeps the number of reasons bounded', async () => {
    const rejects = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`r${i}`, 1]));
    const many = await createMetrics({ ...sources, counts: { ...counts, rejects } }).text();
    expect(many.match(/^stepcast_rejects_total/gm)).toHaveLength(51);
    expect(many).toContain('stepcast_rejects_total{reason="other"} 10');
  });

  it('tells of the process and its event loop', () => {
    const names = exposed(text).map(({ name }) => name);
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds'])
      expect(names).toContain(name);
  });

  it('is what docs/operations.md says: names, types and meanings', () => {
    const table = readFileSync(join(root, 'docs/operations.md'), 'utf8').matchAll(
      /^\| `(stepcast_\w+)` +\| (\w+) +\| (.*?) +\|$/gm,
    );
    const documented = [...table].map(([, name, type, help]) => ({ name, type, help }));
    const said = exposed(text).filter(
      ({ name }) => name.startsWith('stepcast_') && !name.startsWith('stepcast_series_'),
    );
    const restarts = exposed(text).filter(({ name }) => name === 'stepcast_series_restarts_total');
    const sorted = (rows: readonly { name: string; type: string; help: string }[]) =>
      rows.map(({ name, type, help }) => `${name} ${type} ${help}`).sort();
    expect(sorted(documented)).toEqual(sorted([...said, ...restarts]));
  });

  it('has every metric and label that the Grafana dashboard asks for', () => {
    const { panels } = JSON.parse(readFileSync(join(root, 'docs/grafana/stepcast.json'), 'utf8')) as Dashboard;
    const metrics = new Map(exposed(text).map((metric) => [metric.name, metric]));
    const asked = panels.flatMap(({ title, targets }) =>
      targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
    );
    expect(asked.length).toBeGreaterThan(15);
    for (const { title, expr, legendFormat } of asked) {
      const selectors = [...expr.matchAll(/([a-z_][a-z0-9_]*)\{([^}]*)\}/g)];
      expect(selectors.length, `${title}: ${expr}`).toBeGreaterThan(0);
      const known = new Set(['instance', 'job']); // those of the scrape
      for (const [, name, matchers] of selectors) {
        const histogram = name.replace(/_(bucket|sum|count)$/, '');
        const metric = metrics.get(name) ?? (metrics.get(histogram)?.type === 'histogram' && metrics.get(histogram));
        expect(metric, `${title}: ${name}`).toBeTruthy();
        for (const label of (metric as ExposedMetric).labels) known.add(label);
        for (const [, label] of matchers.matchAll(/(\w+)[=!~]+"/g))
          expect(known, `${title}: ${label}`).toContain(label);
      }
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        expect(known, `${title}: ${label}`).toContain(label);
    }
  });
});

interface Dashboard {
  readonly panels: readonly { title: string; targets: readonly { expr: string; legendFormat: string }[] }[];
}
