import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Archive } from '../crash/support/archive.js';
import { cleanup } from '../crash/support/cleanup.js';
import { startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { startSender } from '../crash/support/sender.js';
import { startWitness } from '../crash/support/witness.js';
import { workDirs } from '../crash/support/workDir.js';
import { workload, workloadStreams } from '../crash/support/workload.js';
import { startMosquitto } from '../support/mosquitto.js';

const newDir = workDirs();
const undo = cleanup();
const underWay = 150; // readings, fewer than a sender has unacknowledged

it('a stop while the broker stands still is clean and bounded; the broker finds the rest when it goes on, and nothing is lost', async () => {
  const broker = await startMosquitto({ config: ['max_queued_messages 0', 'max_inflight_messages 0'] });
  undo(() => broker.stop());
  undo(() => process.kill(broker.pid, 'SIGCONT'));
  const witness = await startWitness(broker.port, 'pi');
  undo(() => witness.end());
  const dir = newDir();
  const config = {
    node: 'pi',
    broker: { url: broker.url },
    store: { path: 'stepcast.db', flush: '100ms' },
    streams: workloadStreams,
    http: { listen: 'off' },
    learn: { enabled: false },
  };
  const daemon = startDaemon({ dir, config });
  undo(() => daemon.kill());
  await daemon.connected();
  const messages = workload({ seed: 11, readings: 60, timed: 50 });
  const sender = await startSender({ port: broker.port, clientId: 'sensors', messages, ratePerSecond: 4_000 });
  undo(() => sender.end());
  const stored = () => Archive.count(join(dir, 'stepcast.db'));
  const third = Math.floor(messages.length / 3);
  sender.allow(third);
  await eventually('a third of the readings', () => stored() === third);
  // What the broker still had to send would reset the closed socket when it goes on, and forecasts in it would be lost: so little is under
  // way when it stops that it has handed over all of it.
  sender.allow(third + underWay);
  await sender.settled();

  process.kill(broker.pid, 'SIGSTOP');
  await eventually('what the broker handed over', () => stored() === third + underWay);
  const before = performance.now();
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - before).toBeLessThan(10_000);
  const [end] = daemon.told('stepcast ends');
  expect(end.readings).toBe(stored());
  process.kill(broker.pid, 'SIGCONT');
  await eventually('offline', () => witness.statuses.at(-1) === 'offline');
  expect(witness.forecasts.length).toBe(stored()); // what fits into the socket's buffers arrives after the end

  const next = startDaemon({ dir, config });
  undo(() => next.kill());
  await next.connected();
  sender.allow(messages.length);
  await sender.settled();
  await eventually('every reading', () => stored() === messages.length);
  expect(await next.stop()).toEqual({ code: 0, signal: null });
  expect(next.told('stepcast ends')[0]).toMatchObject({ readings: messages.length - (end.readings as number) });
});
