import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface MosquittoOptions {
  /** Lines after `listener`: TLS, passwords, limits. Anonymous clients are let in unless a line says otherwise. */
  config?: readonly string[];
  /** Keep sessions and queues on disk, saved at every change, so that they outlive `kill()`. */
  persistence?: boolean;
  /** Default: a free port of the loopback interface. */
  port?: number;
}

export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  readonly dir: string; // its own folder: configuration, log, persistence
  readonly pid: number;
  log(): string;
  /** SIGTERM, then the folder goes. */
  stop(): Promise<void>;
  /** SIGKILL: nothing is saved. `restart()` brings it back. */
  kill(): Promise<void>;
  /** Stops it if it runs, and starts it again on the same port with the same folder. */
  restart(): Promise<void>;
}

/** Starts a Mosquitto of its own on the loopback interface; resolves once it accepts connections. */
export const startMosquitto = async ({
  config = [],
  persistence = false,
  port: wantedPort,
}: MosquittoOptions = {}): Promise<Mosquitto> => {
  const dir = mkdtempSync(join(tmpdir(), 'stepcast-mosquitto-'));
  const port = wantedPort ?? (await freePort());
  const logPath = join(dir, 'mosquitto.log');
  const configPath = join(dir, 'mosquitto.conf');
  const lines = [
    `user ${userInfo().username}`,
    'log_type error',
    'log_type warning',
    'log_type notice',
    persistence ? 'persistence true' : 'persistence false',
    ...(persistence ? [`persistence_location ${dir}/`, 'autosave_interval 1', 'autosave_on_changes true'] : []),
    `listener ${port} 127.0.0.1`,
    ...(config.some((line) => line.startsWith('allow_anonymous')) ? [] : ['allow_anonymous true']),
    ...config,
  ];
  writeFileSync(configPath, `${lines.join('\n')}\n`);
  const log = () => readFileSync(logPath, 'utf8');

  let child: ChildProcess | undefined;
  const killAtExit = () => child?.kill('SIGKILL');
  process.on('exit', killAtExit);

  const start = async () => {
    const output = openSync(logPath, 'a');
    const started = spawn('mosquitto', ['-c', configPath], { stdio: ['ignore', output, output] });
    closeSync(output);
    child = started;
    const failed = once(started, 'error').then(([error]) => {
      throw error;
    });
    failed.catch(() => {});
    for (let attempt = 0; !(await Promise.race([accepts(port), failed])); attempt++) {
      if (started.exitCode !== null || attempt > 500) throw new Error(`mosquitto did not start:\n${log()}`);
      await delay(10);
    }
  };

  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    await exited;
  };

  await start();
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    dir,
    get pid() {
      return child?.pid ?? -1;
    },
    log,
    stop: async () => {
      await end('SIGTERM');
      process.off('exit', killAtExit);
      rmSync(dir, { recursive: true, force: true });
    },
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM');
      await start();
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
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
