import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePorts } from './freePorts.js';

const versions = '/usr/lib/postgresql';
const startMs = 60_000;

export interface PostgresServer {
  readonly url: string; // of an empty database
  readonly port: number;
  log(): string;
  /** An empty database of its own. */
  database(name: string): Promise<string>;
  /** SIGKILL of the whole server, as a power cut that spares the disk. */
  kill(): Promise<void>;
  /** SIGINT: the connections are cut, what is committed is written. */
  shutDown(): Promise<void>;
  start(): Promise<void>;
  /** Shuts it down, then the folder goes. */
  stop(): Promise<void>;
}

/** PostgreSQL of the Debian package on a loopback port, with a folder of its own; resolves once it takes connections. */
export const startPostgres = async (config: readonly string[] = []): Promise<PostgresServer> => {
  const bin = join(versions, readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0]!, 'bin');
  const user = unprivileged();
  const dir = mkdtempSync(join(tmpdir(), 'stepcast-postgres-'));
  if (user.uid !== undefined) chownSync(dir, user.uid, user.gid!);
  chmodSync(dir, 0o700);
  const data = join(dir, 'data');
  const logPath = join(dir, 'postgres.log');
  const [port] = await freePorts(1);
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'stepcast', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
    {
      ...{ ...user, stdio: 'ignore', cwd: dir },
    },
  );
  const lines = [
    ...["listen_addresses = '127.0.0.1'", `port = ${port}`, `unix_socket_directories = '${dir}'`],
    ...['max_connections = 60', 'shared_buffers = 64MB', ...config],
  ];
  appendFileSync(join(data, 'postgresql.conf'), `${lines.join('\n')}\n`);
  const adminUrl = `postgres://stepcast@127.0.0.1:${port}/postgres`;
  const log = (): string => (existsSync(logPath) ? readFileSync(logPath, 'utf8') : '');

  let child: ChildProcess | undefined;
  const killAtExit = (): void => void (child && killAll(child));
  process.on('exit', killAtExit);

  /** As a supervisor does, it tries again while processes of a killed server still hold its memory. */
  const start = async (): Promise<void> => {
    const held = /pre-existing shared memory block .* is still in use/;
    let said = log().length;
    let started = spawnServer();
    for (const end = performance.now() + startMs; !(await answers(adminUrl)); ) {
      const ended = started.exitCode !== null;
      if (performance.now() > end || (ended && !held.test(log().slice(said)))) {
        throw new Error(`PostgreSQL did not start:\n${log()}`);
      }
      await delay(20);
      if (!ended) continue;
      said = log().length;
      started = spawnServer();
    }
  };

  const spawnServer = (): ChildProcess => {
    const output = openSync(logPath, 'a');
    const started = spawn(join(bin, 'postgres'), ['-D', data], {
      ...user,
      cwd: dir,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    child = started;
    return started;
  };

  const end = async (how: (running: ChildProcess) => void): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    how(running);
    await exited;
  };

  const database = async (name: string): Promise<string> => {
    const client = new pg.Client(adminUrl);
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return `postgres://stepcast@127.0.0.1:${port}/${name}`;
  };

  const shutDown = (): Promise<void> => end((running) => running.kill('SIGINT'));
  await start();
  return {
    ...{ url: await database('stepcast'), port: port!, log, database, start, shutDown },
    kill: () => end(killAll),
    stop: async () => {
      await shutDown();
      process.off('exit', killAtExit);
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

/** The server refuses to run as root. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [, , uid, gid] = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('postgres:'))!
    .split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** The server and the processes that it made for its connections. */
function killAll(server: ChildProcess): void {
  const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ');
  server.kill('SIGKILL');
  for (const pid of children) {
    try {
      if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    } catch {} // it ended with the server
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
