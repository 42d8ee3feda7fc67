import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const executable = fileURLToPath(new URL('../../../dist/stepcast.js', import.meta.url));
let folder = '';
beforeAll(() => {
  if (!existsSync(executable)) throw new Error('dist/stepcast.js is missing: npm run build');
  folder = mkdtempSync(join(tmpdir(), 'stepcast-cli-'));
});
afterAll(() => folder && rmSync(folder, { recursive: true, force: true }));

function stepcast(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [executable, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the executable', () => {
  it('prints its version', () => {
    expect(stepcast('--version')).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^stepcast \d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  it.each([
    [['qurey', 's'], 2, 'Did you mean query?'],
    [['run', '--config', 'missing.yaml'], 2, 'missing.yaml: there is no such file'],
    [['run', '--topic', 'a/#/b', '--broker', 'http://x'], 2, '--broker: expected'],
    [['series', '--db', 'missing.db'], 1, '[STORE_MISSING]'],
    [['query', 's', '--db', 'missing.db'], 1, '[STORE_MISSING]'],
    [['accuracy', '--db', 'missing.db'], 1, '[STORE_MISSING]'],
    [['run', '--models', 'missing'], 1, '[MODEL_MISSING]'],
    [['backtest', 'missing.csv'], 2, '[DATA_INVALID]'],
  ])('answers %j with exit code %d, one line on stderr, and nothing left on disk', (args, code, mention) => {
    const { status, stdout, stderr } = stepcast(...args);
    expect(stderr).toContain(mention);
    expect(stderr).toMatch(/^stepcast: [^\n]+\n$/);
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('answers a file that is no database with one line', () => {
    writeFileSync(
      join(folder, 'text.db'),
      'this is no database, although it is long enough to have had a header '.repeat(99),
    );
    const { status, stderr } = stepcast('series', '--db', 'text.db');
    expect({ status, lines: stderr.split('\n').length }).toEqual({ status: 1, lines: 2 });
    expect(stderr).toContain('[STORE_CORRUPT]');
    rmSync(join(folder, 'text.db'));
  });

  it('is quiet when nobody reads its output to the end', async () => {
    const child = spawn(process.execPath, [executable, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    const [code] = await once(child, 'close');
    expect({ code, stderr: Buffer.concat(errors).toString() }).toEqual({ code: 0, stderr: '' });
  });

  it('checks a set-up without a broker: says so, and changes nothing', () => {
    const { status, stdout, stderr } = stepcast('check', '--broker', 'mqtt://127.0.0.1:1', '--json');
    const findings = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(findings).toContainEqual(expect.objectContaining({ level: 'fail', code: 'BROKER_UNREACHABLE' }));
    expect(findings).toContainEqual({
      level: 'ok',
      subject: 'database stepcast.db',
      message: 'does not exist yet: the daemon makes it',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^stepcast: check: \d failures?, listed on standard output\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
