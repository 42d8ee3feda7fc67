import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './freePorts.js';

const server = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const readyMs = 240_000;

export interface RabbitNode {
  readonly amqp: string; // URL
  readonly mqtt: string;
  readonly pid: number;
  log(): string;
  /** SIGKILL: as a machine that loses power. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface RabbitCluster {
  readonly nodes: readonly RabbitNode[];
  stop(): Promise<void>;
}

export interface RabbitOptions {
  nodes?: number;
  plugins?: readonly string[];
  /** Further lines of rabbitmq.conf. */
  config?: readonly string[];
}

/** RabbitMQ of the Debian package on loopback ports, each node with its own folder; resolves once they take connections as one cluster. */
export const startRabbit = async ({
  nodes: count = 1,
  plugins = ['rabbitmq_mqtt', 'rabbitmq_consistent_hash_exchange'],
  config = [],
}: RabbitOptions = {}): Promise<RabbitCluster> => {
  const dir = mkdtempSync(join(tmpdir(), 'stepcast-rabbit-'));
  const [epmdPort, ...ports] = await freePorts(1 + 3 * count);
  const epmd = spawn('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], { stdio: 'ignore' });
  const names = Array.from({ length: count }, (_, i) => `stepcast${epmdPort}n${i + 1}@localhost`);
  const nodes = names.map((name, i) => {
    const [amqpPort, mqttPort, distPort] = ports.slice(3 * i, 3 * i + 3) as [number, number, number];
    return node({
      dir: join(dir, `n${i + 1}`),
      name,
      names,
      epmdPort: epmdPort!,
      amqpPort,
      mqttPort,
      distPort,
      plugins,
      config,
    });
  });
  const killAtExit = (): void => {
    epmd.kill('SIGKILL');
  };
  process.on('exit', killAtExit);
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((one) => one.kill()));
    epmd.kill('SIGKILL');
    process.off('exit', killAtExit);
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }); // the machine may write a moment longer than its script
  };
  try {
    for (const one of nodes) await one.start(); // together, they now and then wait for one another for ever
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop };
};

interface NodeParts {
  dir: string;
  name: string;
  names: readonly string[];
  epmdPort: number;
  amqpPort: number;
  mqttPort: number;
  distPort: number;
  plugins: readonly string[];
  config: readonly string[];
}

const node = ({ dir, name, names, epmdPort, amqpPort, mqttPort, distPort, plugins, config }: NodeParts): RabbitNode => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, '.erlang.cookie'), 'STEPCASTSTEPCASTTEST', { mode: 0o400 });
  writeFileSync(join(dir, 'plugins'), `[${plugins.join(',')}].\n`);
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${amqpPort}`,
    ...(plugins.includes('rabbitmq_mqtt') ? [`mqtt.listeners.tcp.1 = 127.0.0.1:${mqttPort}`] : []),
    'cluster_formation.peer_discovery_backend = classic_config',
    ...names.map((one, i) => `cluster_formation.classic_config.nodes.${i + 1} = ${one}`),
    'cluster_partition_handling = pause_minority',
    'disk_free_limit.absolute = 50MB',
    'vm_memory_high_watermark.absolute = 1GB',
    'queue_master_locator = min-masters',
    'log.file = false',
    'log.console = true',
    'log.console.level = warning',
    ...config,
  ];
  writeFileSync(join(dir, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
  const logPath = join(dir, 'output');
  const log = (): string => readFileSync(logPath, 'utf8');
  let child: ChildProcess | undefined;
  const signal = (to: ChildProcess, what: NodeJS.Signals): void => {
    try {
      process.kill(-to.pid!, what); // the script and the machine it started, a group of their own
    } catch {
      // gone already
    }
  };
  process.on('exit', () => child && signal(child, 'SIGKILL'));

  return {
    amqp: `amqp://guest:guest@127.0.0.1:${amqpPort}`,
    mqtt: `mqtt://guest:guest@127.0.0.1:${mqttPort}`,
    get pid() {
      return child?.pid ?? -1;
    },
    log,
    start: async () => {
      const output = openSync(logPath, 'a');
      const started = spawn(server, [], {
        stdio: ['ignore', output, output],
        detached: true,
        cwd: dir,
        env: {
          PATH: process.env.PATH,
          HOME: dir,
          LANG: 'C.UTF-8',
          ERL_EPMD_PORT: String(epmdPort),
          ERL_EPMD_ADDRESS: '127.0.0.1',
          RABBITMQ_NODENAME: name,
          RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
          RABBITMQ_LOG_BASE: join(dir, 'log'),
          RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
          RABBITMQ_ADVANCED_CONFIG_FILE: join(dir, 'none.config'),
          RABBITMQ_CONF_ENV_FILE: join(dir, 'none'),
          RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'plugins'),
          RABBITMQ_DIST_PORT: String(distPort),
          RABBITMQ_PID_FILE: join(dir, 'pid'),
          // Schedulers that spin while they wait would take the cores from what is tested.
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
        },
      });
      closeSync(output);
      child = started;
      const until = Date.now() + readyMs;
      while (!(await accepts(amqpPort))) {
        if (started.exitCode !== null || Date.now() > until) throw new Error(`RabbitMQ did not start:\n${log()}`);
        await delay(100);
      }
    },
    kill: async () => {
      const running = child;
      child = undefined;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const exited = once(running, 'exit');
      signal(running, 'SIGKILL');
      await exited;
    },
  };
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
