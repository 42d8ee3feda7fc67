import { merge } from 'rxjs';
import type { Config } from '../config/config.js';
import type { Logger } from '../log.js';
import type { DeviceReading } from '../monitoring/deviceMetrics.js';
import type { NamedSeries } from '../payloads/streamReader.js';
import type { Clock } from '../pipeline/clock.js';
import type { ForecastSink, ReadingSource } from '../pipeline/ports.js';
import { ClockJournal } from '../serial/clockJournal.js';
import { DeviceHub } from '../serial/deviceHub.js';
import { DeviceSource } from '../serial/deviceSource.js';
import { StateKeeper } from '../serial/stateKeeper.js';
import { deviceLog } from './deviceLog.js';
import { DeviceModels } from './deviceModels.js';
import { DeviceStates } from './deviceStates.js';
import { deviceStreams } from './deviceStreams.js';
import { DeviceTopics } from './deviceTopics.js';

const stateTickMs = 1_000;

interface Parts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly streams: () => Config['streams'];
  readonly onNamed: (named: NamedSeries) => void;
}

export interface DevicesOfNode {
  /** The same source, with the readings of devices beside its own. */
  beside(source: ReadingSource): ReadingSource;
  /** The sink, with devices beside it that are sent the forecasts of their series. */
  heard(sink: Required<ForecastSink>): Required<ForecastSink>;
  readonly readings?: () => readonly DeviceReading[]; // for metrics
  start(): void;
  /** Takes nothing more. */
  drain(): void;
  stop(): Promise<void>;
}

const none: DevicesOfNode = {
  beside: (source) => source,
  heard: (sink) => sink,
  ...{ start: () => {}, drain: () => {}, stop: async () => {} },
};

/** Devices on lines of their own, as a source of this daemon beside the broker. */
export function devicesOfNode(config: Config, { clock, log, streams, onNamed }: Parts): DevicesOfNode {
  const { devices: addresses, broker, publish, store, node } = config;
  if (addresses.length === 0) return none;
  const source = new DeviceSource({ nowMs: () => clock.nowMs(), seriesOf: deviceStreams(streams, onNamed) });
  const told = deviceLog(log);
  const hub: DeviceHub = new DeviceHub({
    ...{ addresses, node, random: Math.random, journal: new ClockJournal(`${store.path}-devices.json`) },
    nowMs: () => clock.nowMs(),
    elapsedMs: () => clock.elapsedMs(),
    onReadings: (device, readings, committed) => source.take(device, readings, committed),
    onOnline: (device) => {
      told.joined(device);
      topics.online(device);
    },
    onOffline: (device) => {
      told.gone(device);
      models.left(device);
      states.left(device);
      topics.offline(device);
    },
    onMessage: (session, device, message) => {
      models.heard(session, device, message);
      states.heard(session, device, message);
    },
    onProblem: told.onProblem,
    onUnavailable: told.onUnavailable,
  });
  const topics = new DeviceTopics({
    ...{ broker, prefix: `${publish.prefix}/${node}/device` },
    devices: () => hub.devices,
    isOnline: (device) => hub.isOnline(device),
    onConnection: (device, connection) => models.follow(device, connection),
  });
  const folder = `${store.path}-devices`;
  const kept = new DeviceStates(folder);
  const states = new StateKeeper({
    ...{ elapsedMs: () => clock.elapsedMs(), everyMs: store.deviceStatesMs },
    load: (device, channel) => kept.load(device, channel),
    save: (device, channel, state) => kept.save(device, channel, state),
    onRestored: ({ id }, channel) => log.info({ device: id, channel }, 'a device has its state back'),
  });
  let ticking: NodeJS.Timeout | undefined;
  const models = new DeviceModels({
    ...{ folder, models: config.models, prefix: publish.prefix, node, clock, log },
  });
  return {
    beside: ({ deliveries$, lost$ }) => ({
      deliveries$: merge(deliveries$, source.deliveries$),
      ...(lost$ && { lost$ }),
    }),
    heard: (sink) => ({
      ...sink,
      publish: (forecasts) => {
        sink.publish(forecasts);
        for (const forecast of forecasts) {
          const origin = source.originOf(forecast.seriesId);
          if (origin) hub.forecast(origin.device, origin.channel, forecast);
        }
      },
    }),
    readings: () => [...hub.devices].map((device) => ({ device, online: hub.isOnline(device) })),
    start: () => {
      hub.start();
      ticking = setInterval(() => states.tick(), stateTickMs);
    },
    drain: () => {
      hub.drain();
      source.deliveries$.complete();
    },
    stop: async () => {
      clearInterval(ticking);
      models.stop();
      await hub.stop();
      await topics.stop();
    },
  };
}
