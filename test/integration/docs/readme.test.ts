import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBroker } from '../../../src/demo/broker.js';
import { blocksOf, commandsOf, projectDir } from '../../support/documents.js';
import { eventually } from '../../system/crash/support/eventually.js';

const executable = join(projectDir, 'dist/stepcast.js');
const folder = mkdtempSync(join(tmpdir(), 'stepcast-readme-'));
const readings = 30;
const shorter: Readonly<Record<string, readonly string[]>> = { train: ['--steps', '5'], compare: ['--steps', '5'] }; // in full they take minutes
const elsewhere = ['run']; // by the test of the packages, with the commands for a Pi

/** The commands under "Use it", in their order: what one makes, a later one reads. */
const commands = blocksOf('README.md')
  .filter(({ language, text }) => language === 'sh' && !text.includes('apt install'))
  .flatMap(({ text }) => commandsOf(text))
  .filter(([program, verb]) => program === 'stepcast' && !elsewhere.includes(verb!))
  .map(([, ...args]) => args);

const execute = promisify(execFile);
/** What it says on both. @throws when it ends otherwise than with 0 */
const stepcast = (...args: string[]) => execute(process.execPath, [executable, ...args], { cwd: folder });

describe('the README', () => {
  let broker: Awaited<ReturnType<typeof startBroker>>;
  beforeAll(async () => {
    if (!existsSync(executable)) throw new Error('dist/stepcast.js is missing: npm run build');
    broker = await startBroker(0);
    writeFileSync(join(folder, 'history.csv'), history());
    writeFileSync(join(folder, 'stepcast.yaml'), `broker: { url: ${broker.url} }\nhttp: { listen: off }\n`);
    await hearKitchen();
  });
  afterAll(async () => {
    await broker.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The daemon's run that the commands ask about. */
  const hearKitchen = async () => {
    const daemon = spawn(process.execPath, [executable, 'run', '--config', 'stepcast.yaml'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    daemon.stderr.on('data', (chunk) => (said += chunk));
    const sensor = await mqtt.connectAsync(broker.url);
    try {
      await eventually('the daemon listens', () => said.includes('"listening"'));
      for (let n = 0; n < readings; n++)
        await sensor.publishAsync('sensors/kitchen', JSON.stringify({ temperature: 21 + (n % 7) / 10, humidity: 48 }), {
          qos: 1,
        });
      daemon.kill('SIGTERM');
      expect(await once(daemon, 'exit')).toEqual([0, null]);
    } finally {
      daemon.kill('SIGKILL');
      await sensor.endAsync(true);
    }
  };

  it.each(commands.map((args) => ({ command: args.join(' '), args })))(
    'stepcast $command',
    async ({ args }) => {
      const { stdout, stderr } = await stepcast(...args, ...(shorter[args[0]!] ?? []));
      expect(stderr).not.toContain('stepcast:');
      expect(stdout).not.toBe('');
    },
    300_000,
  );

  it('is answered with what was heard', async () => {
    expect((await stepcast('series', '--json')).stdout).toContain('sensors/kitchen.temperature');
    const query = await stepcast('query', 'sensors/kitchen.temperature', '--from', '-6h', '--format', 'json');
    expect(query.stdout).toContain('"q50"');
  });
});

function history(): string {
  const rows = Array.from({ length: 200 }, (_, hour) => {
    const time = new Date(Date.UTC(2026, 0, 1) + hour * 3_600_000).toISOString();
    return `${time},${(20 + 5 * Math.sin((hour / 24) * 2 * Math.PI) + Math.sin(hour * 1.7)).toFixed(2)}`;
  });
  return `time,load\n${rows.join('\n')}\n`;
}
