import { spawn } from 'node:child_process';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { executable } from '../../crash/support/installed.js';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const pushLab = (undo: (end: () => unknown) => void) => {
  /** Runs a program, and gives what it wrote. */
  const run = (command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    undo(() => child.kill('SIGKILL'));
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  };

  const stepcast = (args: readonly string[], env?: Record<string, string>): Promise<Ended> =>
    run(process.execPath, [executable, ...args], env);

  const newKey = async (dir: string, name = 'fleet') => {
    const key = join(dir, `${name}.key`);
    const { out } = await stepcast(['keygen', '--out', key, '--json']);
    const { publicKey, keyId } = JSON.parse(out) as { publicKey: string; keyId: string };
    return { key, trust: [publicKey], id: keyId };
  };

  /** What is retained and live under a filter, by topic. */
  const listen = async (url: string, filter: string): Promise<ReadonlyMap<string, string>> => {
    const heard = new Map<string, string>();
    const client = await mqtt.connectAsync(url);
    undo(() => client.endAsync(true));
    client.on('message', (topic, payload) => {
      if (payload.length === 0) heard.delete(topic);
      else heard.set(topic, payload.toString());
    });
    await client.subscribeAsync(filter, { qos: 1 });
    return heard;
  };

  return { run, stepcast, newKey, listen };
};
