import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/loadConfig.js';
import type { Io } from '../io.js';
import { Board } from './board.js';
import { startBroker } from './broker.js';
import { dashboardPort } from './dashboardPort.js';
import { readDataset } from './dataset.js';
import { connectSensors, connectWatcher } from './demoClients.js';
import { demoConfigText, demoNode } from './demoConfig.js';
import { MachineMetrics } from './machineMetrics.js';
import { Sampler } from './sampler.js';
import { Scoreboard } from './scoreboard.js';
import { sendSensors } from './sendSensors.js';
import { type Daemon, withDaemon } from './withDaemon.js';

const lineEveryMs = 250;

export interface DemoOptions {
  readonly port: number | undefined; // undefined: the usual one, or any free one when that is taken
  readonly speed: number; // steps of each recorded stream a second
  readonly durationSeconds: number | undefined; // undefined: until the signal
}

/**
 * The product shown by its own outside: a broker, sensors that publish to it, the daemon, and a screen that knows what it hears over
 * MQTT and nothing else. The database lives in a temporary folder and goes with it.
 *
 * @throws {StepcastError} PORT_TAKEN, and whatever the daemon cannot begin with.
 */
export async function runDemo(
  { port, speed, durationSeconds }: DemoOptions,
  io: Io & { readonly signal: AbortSignal },
  daemon: Daemon = realDaemon(io),
): Promise<void> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  if (io.signal.aborted) end();
  io.signal.addEventListener('abort', end, { once: true });
  const timer = durationSeconds === undefined ? undefined : setTimeout(end, 1000 * durationSeconds);
  const closing: (() => unknown)[] = [() => clearTimeout(timer), () => io.signal.removeEventListener('abort', end)];
  try {
    const broker = await startBroker(port);
    closing.push(() => broker.close());
    const folder = mkdtempSync(join(tmpdir(), 'stepcast-demo-'));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove); // a second Ctrl-C waits for nothing
    closing.push(remove, () => process.off('exit', remove));

    const replays = readDataset();
    const metrics = new MachineMetrics();
    const board = new Board([...replays.flatMap(({ sensors }) => sensors), ...metrics.sensors], hasColor(io));
    const scoreboard = new Scoreboard();
    const sampler = new Sampler();
    const show = (): void => {
      const outcome = sampler.choose();
      if (outcome) io.stdout.write(`${board.line(outcome)}\n`);
    };
    let printing: NodeJS.Timeout | undefined;
    closing.push(() => clearInterval(printing));

    const watcher = await connectWatcher(broker.url, demoNode, (forecast) => {
      sampler.offer(scoreboard.take(forecast));
      if (printing) return;
      show();
      printing = setInterval(show, lineEveryMs);
    });
    closing.push(() => watcher.close());
    const sensors = await connectSensors(broker.url);
    closing.push(() => sensors.close());

    const dashboard = await dashboardPort();
    const files = { dbPath: join(folder, 'stepcast.db'), replays };
    const text = demoConfigText({ brokerUrl: broker.url, dashboardPort: dashboard, ...files });
    const config = loadConfig({ text, env: {}, hostName: demoNode });
    io.stdout.write(
      board.introduction({
        ...{ port: broker.port, dashboard, stepsPerSecond: speed },
        sources: replays.map(({ source }) => source),
      }),
    );
    const readings = await withDaemon({ daemon, config, stop }, async (signal) => {
      const taken = await sendSensors({ replays, metrics, stepsPerSecond: speed, signal, publish: sensors.publish });
      await watcher.quiet();
      return taken;
    });
    await watcher.lastWord();
    io.stdout.write(board.summary(scoreboard.scores(), readings));
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

const hasColor = ({ stdout, env }: Io): boolean => stdout.isTTY === true && !env.NO_COLOR;

const realDaemon =
  ({ stderr, env }: Io): Daemon =>
  async (config, options) => {
    const [{ runDaemon }, { createLogger }] = await Promise.all([import('../main.js'), import('../log.js')]);
    await runDaemon(config, { ...options, log: createLogger(config.log, stderr, env) });
  };
