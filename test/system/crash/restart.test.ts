import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startMosquitto } from '../support/mosquitto.js';
import { Archive } from './support/archive.js';
import { brokerConfig } from './support/campaign.js';
import { cleanup } from './support/cleanup.js';
import { startDaemon } from './support/daemon.js';
import { eventually } from './support/eventually.js';
import { startSender } from './support/sender.js';
import { differences, flawless, judge } from './support/verdict.js';
import { startWitness } from './support/witness.js';
import { workDirs } from './support/workDir.js';
import { workload, workloadStreams } from './support/workload.js';

const newDir = workDirs();
const undo = cleanup();
const forever = { readings: 'forever', forecasts: 'forever' };

test('SIGTERM commits what was taken, and the next start goes on bit for bit', async () => {
  const messages = workload({ seed: 81, readings: 120, timed: 20, bare: 20 });
  const run = async (dir: string, stops: number) => {
    const broker = await startMosquitto({ persistence: true, config: brokerConfig });
    undo(() => broker.stop());
    const witness = await startWitness(broker.port, 'restart');
    undo(() => witness.end());
    const config = {
      ...{ node: 'restart', broker: { url: broker.url }, store: { retention: forever }, streams: workloadStreams },
      ...{ learn: { enabled: false }, http: { listen: 'off' } },
    };
    const dbPath = join(dir, 'stepcast.db');
    const sender = await startSender({ port: broker.port, clientId: 'sensors', messages, ratePerSecond: 2_000 });
    undo(() => sender.end());
    for (let life = 0; life <= stops; life++) {
      const daemon = startDaemon({ dir, config });
      undo(() => daemon.kill());
      await daemon.connected();
      sender.allow(Math.ceil((messages.length * (life + 1)) / (stops + 1)));
      const target = messages.length * ((life + (life < stops ? 0.7 : 1)) / (stops + 1));
      await eventually('readings are stored', () => Archive.count(dbPath) >= target); // the others are on their way
      expect(await daemon.stop()).toEqual({ code: 0, signal: null });
      await eventually('it says that it is gone', () => witness.statuses.at(-1) === 'offline');
      const count = Archive.count(dbPath);
      await eventually(
        `all ${count} forecasts are published, ${witness.forecasts.length} are`, // nothing was begun and left
        () => witness.forecasts.length === count,
        3_000,
      );
    }
    expect(judge(dbPath, messages, witness.forecasts)).toMatchObject({ ...flawless, readings: messages.length });
    return dbPath;
  };
  const stopped = await run(newDir(), 4);
  const calm = await run(newDir(), 0);
  expect(differences(stopped, calm, messages)).toEqual([]);
});
