import { stringify } from 'yaml';
import { machineTopic } from './machineMetrics.js';
import type { Replay } from './replay.js';

interface DemoSetting {
  readonly brokerUrl: string;
  readonly dbPath: string;
  readonly dashboardPort: number;
  readonly replays: readonly Replay[];
}

export const demoNode = 'demo';

/** The daemon's configuration file for the demo. The recordings are years old, so nothing is deleted by age. */
export const demoConfigText = ({ brokerUrl, dbPath, dashboardPort, replays }: DemoSetting): string =>
  stringify({
    node: demoNode,
    broker: { url: brokerUrl },
    store: { path: dbPath, retention: { readings: 'forever', forecasts: 'forever' } },
    streams: [
      ...replays.map(({ topic }) => ({ topic, payload: 'json', time: 'time' })),
      { topic: `${machineTopic}/network/received`, payload: 'number', counter: true },
      { topic: `${machineTopic}/+`, payload: 'number' },
    ],
    http: { listen: `127.0.0.1:${dashboardPort}` },
    log: { level: 'warn' },
  });
