import { deviceLog } from '../daemon/deviceLog.js';
import { DeviceTopics } from '../daemon/deviceTopics.js';
import { NodeClock } from '../daemon/nodeClock.js';
import type { StepcastError } from '../errors.js';
import type { Io } from '../io.js';
import { createLogger } from '../log.js';
import { createBrokerConnection } from '../mqtt/brokerConnection.js';
import { ClockJournal } from '../serial/clockJournal.js';
import { DeviceHub } from '../serial/deviceHub.js';
import { untilAborted } from '../untilAborted.js';
import { releasedMs, version } from '../version.js';
import type { BridgeCommand } from './bodies.js';
import { BridgeForecasts } from './bridgeForecasts.js';
import { BridgeOutbox } from './bridgeOutbox.js';

const drainMs = 5_000;

/** Readings of devices to a broker, forecasts back. Resolves after a clean stop. @throws {StepcastError} BROKER_* when the broker refuses it. */
export async function runBridge(
  { devices: addresses, broker, prefix, node, state, log: logSettings }: BridgeCommand,
  { signal, stderr, env }: Io & { readonly signal: AbortSignal },
): Promise<void> {
  const log = createLogger(logSettings, stderr, env);
  const clock = new NodeClock({ notBeforeMs: releasedMs });
  const problem = ({ code, line }: StepcastError): void => log.error({ code }, line);
  const connection = createBrokerConnection({
    settings: { ...broker, clientId: `stepcast-${node}-bridge`, node: `${node}/bridge`, prefix },
    random: Math.random,
    onPublishRefused: (_, refusal) => problem(refusal),
  });
  const outbox = new BridgeOutbox(connection);
  const devicesTold = deviceLog(log);
  const hub: DeviceHub = new DeviceHub({
    ...{ addresses, node, random: Math.random, journal: new ClockJournal(state) },
    nowMs: () => clock.nowMs(),
    elapsedMs: () => clock.elapsedMs(),
    onReadings: ({ id }, readings, committed) => outbox.put(id, readings, committed),
    onOnline: (device) => {
      devicesTold.joined(device);
      topics.online(device);
    },
    onOffline: (device) => {
      devicesTold.gone(device);
      topics.offline(device);
    },
    onMessage: (_, device, message) => {
      if (message.name === 'CHANNEL') forecasts.follow(device, message);
    },
    onProblem: devicesTold.onProblem,
    onUnavailable: devicesTold.onUnavailable,
  });
  const forecasts = new BridgeForecasts(connection, prefix, (...forecast) => hub.forecast(...forecast));
  const topics = new DeviceTopics({
    ...{ broker: { ...broker, clientId: `stepcast-${node}` }, prefix: `${prefix}/${node}/device` },
    devices: () => hub.devices,
    isOnline: (device) => hub.isOnline(device),
  });
  let wasConnected = false;
  let told = '';
  const refused = new Promise<never>((_, reject) =>
    connection.status$.subscribe((status) => {
      if (status.state === 'connected') {
        log.info({ broker: broker.url }, 'connected');
        wasConnected = true;
        told = '';
      }
      if (status.state !== 'away') return;
      const { error, misconfigured, retryMs } = status;
      if (misconfigured && !wasConnected) reject(error);
      else if (error.line !== told) log.warn({ code: error.code, retryMs: Math.round(retryMs) }, error.line);
      told = error.line;
    }),
  );
  log.info({ version, node, broker: broker.url }, 'stepcast bridge starts');
  try {
    connection.start();
    hub.start();
    await Promise.race([untilAborted(signal), refused]);
  } finally {
    hub.drain();
    await outbox.emptied(drainMs);
    await hub.stop();
    await topics.stop();
    outbox.stop();
    await connection.close();
    log.info('stepcast bridge ends');
  }
}
