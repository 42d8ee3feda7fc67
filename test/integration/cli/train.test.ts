import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seasonalTable } from '../../support/tables.js';

const executable = fileURLToPath(new URL('../../../dist/stepcast.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'stepcast-train-'));
beforeAll(() => {
  if (!existsSync(executable)) throw new Error('dist/stepcast.js is missing: npm run build');
  seasonalTable(folder, 700, 'good.csv');
  const rows = readFileSync(join(folder, 'good.csv'), 'utf8').split('\n');
  writeFileSync(
    join(folder, 'text.csv'),
    rows.map((row, i) => (i === 90 ? row.replace(/,.*/, ',warm') : row)).join('\n'),
  );
  writeFileSync(join(folder, 'short.csv'), rows.slice(0, 41).join('\n'));
  writeFileSync(join(folder, 'half.checkpoint'), 'stepcast-checkpoint-1\n{"about":{},"arrays":[["w",9]]}\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [executable, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};
const small = ['--cell', 'gru', '--hidden', '6', '--bptt', '16', '--batch', '4', '--evaluate-every', '10'];

describe('train, compare and inspect', () => {
  it('train a file that inspect describes and backtest runs', () => {
    const trained = run(
      'train',
      '--data',
      'good.csv',
      ...small,
      '--steps',
      '40',
      '--lr',
      '0.01',
      '--out',
      'm.onnx',
      '--json',
    );
    expect(trained.stderr).toMatch(/^m: step 1\/40 loss /);
    expect(JSON.parse(trained.stdout)).toMatchObject({ out: 'm.onnx', ended: 'steps', steps: 40, cell: 'gru' });
    const inspected = run('inspect', 'm.onnx', '--gradients', 'good.csv', '--steps', '20', '--out', 'g', '--json');
    const document = JSON.parse(inspected.stdout);
    expect(document).toMatchObject({
      contract: 'met',
      findings: { errors: [], warnings: [] },
      metadata: { name: 'm', task: 'many-to-many' },
      pictures: ['g.svg', 'g.png'],
    });
    expect(document.gradients[0].norms).toHaveLength(21);
    expect(readFileSync(join(folder, 'g.png')).subarray(1, 4).toString()).toBe('PNG');
    expect(run('inspect', 'm.onnx').stdout).toMatch(/the same network with each cell:\ncell +parameters/);
    const scored = run('backtest', 'good.csv', '--model', 'm.onnx', '--json');
    expect(JSON.parse(scored.stdout)).toMatchObject({ model: 'm@1', horizon: 24 });
  });

  it('compare structures under one budget, beside persistence and seasonal naive', () => {
    const args = ['--cells', 'rnn,gru', '--steps', '20', '--bptt', '16', '--batch', '4', '--out', 'c.svg'];
    const { stdout } = run('compare', 'good.csv', ...args, '--sizes', '4,8', '--json');
    const { structures, seasonal } = JSON.parse(stdout);
    expect(structures.map(({ name }: { name: string }) => name)).toEqual(['rnn-4', 'rnn-8', 'gru-4', 'gru-8']);
    for (const each of structures) {
      expect(each).toMatchObject({ steps: 20, ended: 'steps' });
      expect(each.mae).toBeGreaterThan(0);
      expect(each.mae).toBeLessThan(1);
      expect(each.stepMicros).toBeGreaterThan(1);
    }
    expect(seasonal.mae).toBeLessThan(1);
    expect(readFileSync(join(folder, 'c.svg'), 'utf8')).toMatch(/^<svg /);
  });

  it.each([
    [['train', '--data', 'none.csv', ...small, '--out', 'x.onnx'], 'none.csv: cannot be read'],
    [['train', '--data', 'good.csv', '--value', 'z', ...small, '--out', 'x.onnx'], 'has no column "z"'],
    [['train', '--data', 'text.csv', ...small, '--out', 'x.onnx'], 'line 91, column y: "warm" is no number'],
    [
      ['train', '--data', 'short.csv', ...small, '--lookback', '64', '--bptt', 'full', '--out', 'x.onnx'],
      'has too few rows: 40',
    ],
    [['train', '--data', 'good.csv', '--sequence', 'run', ...small, '--out', 'x.onnx'], 'has no column "run"'],
    [['train', '--data', 'good.csv', ...small, '--out', 'nowhere/x.onnx'], 'there is no folder nowhere'],
    [['train', '--resume', 'half.checkpoint'], 'it is cut short'],
    [['train', '--resume', 'good.csv'], 'it is no checkpoint'],
    [['compare', 'short.csv', '--lookback', '64', '--bptt', 'full'], 'has too few rows: 40'],
    [['inspect', 'm.onnx', '--gradients', 'short.csv'], 'has too few rows for a window'],
    [['inspect', 'm.onnx', '--out', 'g'], 'it needs --gradients'],
  ])('answer %j with one line, exit code 2 and no file', (args, mention) => {
    const before = readdirSync(folder);
    const { status, stdout, stderr } = run(...args);
    expect(stderr).toContain(mention);
    expect(stderr).toMatch(/^stepcast: [^\n]+\n$/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('save on Ctrl-C, and go on to the very file that would have come of it', async () => {
    const args = ['train', '--data', 'good.csv', ...small, '--steps', '150', '--patience', 'off'];
    run(...args, '--out', 'all.onnx');
    const child = spawn(process.execPath, [executable, ...args, '--out', 'cut.onnx'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said = text(child);
    await once(child.stderr!, 'data'); // its first step
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(said()).toMatch(/stopped after step \d+; go on with: stepcast train --resume cut\.onnx\.checkpoint\n$/);
    expect(existsSync(join(folder, 'cut.onnx'))).toBe(false);
    const resumed = run('train', '--resume', 'cut.onnx.checkpoint');
    expect(resumed.stdout).toContain('cut.onnx: gru');
    const bytes = (name: string) => readFileSync(join(folder, name)).toString('latin1').replaceAll('"cut"', '"all"');
    expect(bytes('cut.onnx') === bytes('all.onnx')).toBe(true);
    expect(readdirSync(folder).filter((name) => /checkpoint$|part$/.test(name))).toEqual(['half.checkpoint']);
  });
});

function text({ stderr }: ChildProcess): () => string {
  let all = '';
  stderr!.on('data', (chunk: Buffer) => (all += chunk));
  return () => all;
}
