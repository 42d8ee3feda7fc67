import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { exposed, lint } from '../../reference/promlint.js';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { workDirs } from '../crash/support/workDir.js';
import { startMosquitto } from '../support/mosquitto.js';

const newDir = workDirs();
const undo = cleanup();

it('a scrape tells what the daemon did, and /healthz what its health topic says', async () => {
  const broker = await startMosquitto();
  undo(() => broker.stop());
  const daemon = startDaemon({
    dir: newDir(),
    config: {
      ...{ node: 'pi', broker: { url: broker.url }, streams: [{ topic: 'sensors/+' }] },
      http: { listen: '127.0.0.1:0', seriesMetrics: true },
    },
  });
  undo(() => daemon.kill());
  await daemon.connected();
  await eventually('the interface', () => daemon.told('dashboard').length > 0);
  const url = String(daemon.told('dashboard')[0].url).replace(/\/$/, '');
  const sensor = await mqtt.connectAsync(broker.url);
  undo(() => sensor.endAsync(true));
  let retained: Record<string, unknown> = {};
  sensor.on('message', (_, payload) => {
    retained = JSON.parse(payload.toString());
  });
  await sensor.subscribeAsync('stepcast/pi/health', { qos: 1 });
  for (let i = 0; i < 40; i++) await sensor.publishAsync(`sensors/${i % 2}`, String(20 + (i % 5)), { qos: 1 });
  await sensor.publishAsync('sensors/0', 'warm', { qos: 1 });

  const scrape = async () => (await fetch(`${url}/metrics`)).text();
  const value = (text: string, metric: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${metric} `))
        ?.split(' ')
        .at(-1),
    );
  await eventually('every reading committed', async () => {
    const text = await scrape();
    const rejects = text.match(/^stepcast_rejects_total\{reason="\w+"\} 1$/gm)?.length;
    return (
      value(text, 'stepcast_readings_total') === 40 && rejects === 1 && value(text, 'stepcast_commits_pending') === 0
    );
  });
  const text = await scrape();
  expect(lint(text)).toEqual([]);
  expect(value(text, 'stepcast_forecasts_total')).toBe(40);
  expect(value(text, 'stepcast_forecasts_published_total{outcome="sent"}')).toBe(40);
  expect(value(text, 'stepcast_broker_connected')).toBe(1);
  expect(value(text, 'stepcast_series')).toBe(2);
  expect(value(text, 'stepcast_series_value{series="sensors/1"}')).toBe(24);
  expect(value(text, 'stepcast_publish_latency_seconds_count')).toBeGreaterThan(0);
  expect(value(text, 'stepcast_commit_duration_seconds_count')).toBe(value(text, 'stepcast_commits_total'));
  expect(value(text, 'stepcast_store_size_bytes{file="database"}')).toBeGreaterThan(0);
  expect(exposed(text).length).toBeGreaterThan(40);

  const timeless = ({ time: _, ...rest }: Record<string, unknown>) => JSON.stringify(rest);
  await eventually('the same document on both', async () => {
    const answer = await fetch(`${url}/healthz`);
    return answer.status === 200 && timeless((await answer.json()) as Record<string, unknown>) === timeless(retained);
  });
  expect(retained).toMatchObject({ status: 'ok', reasons: [], series: 2, counts: { readings: 40 } });
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});
