import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lazyBodies } from '../../../src/cli/lazyBodies.js';
import { readBlob } from '../../../src/firmware/readBlob.js';
import { seasonalTable } from '../../support/tables.js';
import { cli } from '../../unit/cli/support.js';

const folder = mkdtempSync(join(tmpdir(), 'stepcast-export-'));
const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const at = (name: string): string => join(folder, name);
const executable = fileURLToPath(new URL('../../../dist/stepcast.js', import.meta.url));
const run = (...args: string[]) => cli(args, { bodies: { runExportC: lazyBodies.runExportC } });
const fitting = ['--features', 'value,diff,season,day.sin,day.cos', '--horizon', '6', '--cadence', '1h'];
const quick = ['--hidden', '8', '--steps', '30', '--lr', '0.01', '--bptt', '24', '--batch', '4'];

beforeAll(() => {
  if (!existsSync(executable)) throw new Error('dist/stepcast.js is missing: npm run build');
  seasonalTable(folder, 600, 'good.csv');
  for (const cell of ['rnn', 'gru', 'lstm']) {
    const args = ['train', '--data', at('good.csv'), '--cell', cell, ...fitting, ...quick, '--out', at(`${cell}.onnx`)];
    const { status, stderr } = spawnSync(process.execPath, [executable, ...args], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('export-c', () => {
  it.each(['rnn', 'gru', 'lstm'])('writes a %s whose integers forecast as well as the file itself', async (cell) => {
    const args = [at(`${cell}.onnx`), '--out', at(cell), '--calibrate', at('good.csv'), '--cadence', '1h', '--json'];
    const { code, out, err } = await run('export-c', ...args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const report = JSON.parse(out);
    expect(JSON.parse(readFileSync(join(at(cell), 'report.json'), 'utf8'))).toMatchObject({
      model: cell,
      kind: 'int8',
    });
    const [{ mase, error }] = report.replays;
    expect(Math.abs(mase.int8 / mase.float - 1)).toBeLessThan(0.01);
    expect(error.worst).toBeLessThan(0.1);
    const blob = readBlob(readFileSync(join(at(cell), `${cell}.blob`)));
    expect(blob).toMatchObject({ kind: 'int8', name: cell, season: 24, sizeBytes: report.blobBytes });
  });

  it('writes C that compiles by itself, without a warning', async () => {
    for (const kind of ['--int8', '--float']) {
      const dir = at(`c${kind}`);
      expect(await run('export-c', at('gru.onnx'), '--out', dir, kind, '--season', '24')).toMatchObject({ code: 0 });
      const sources = readdirSync(dir).filter((name) => name.endsWith('.c'));
      const strict = ['-std=c99', '-O1', '-Wall', '-Wextra', '-Werror', '-pedantic', '-c'];
      execFileSync('gcc', [...strict, ...sources], { cwd: dir });
      expect(readdirSync(dir).filter((name) => name.endsWith('.o'))).toHaveLength(sources.length);
    }
  });

  it.each(['torchGru', 'torchLstm'])('reads what PyTorch exported: %s', async (name) => {
    for (const file of [`${name}.onnx`, `${name}.json`])
      if (existsSync(fixture(file))) copyFileSync(fixture(file), at(file));
    const { code, err } = await run('export-c', at(`${name}.onnx`), '--out', at(name));
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('refuses by name what only the daemon has, and says how to train what fits', async () => {
    const models = fileURLToPath(new URL('../../../models/gru-base.onnx', import.meta.url));
    const { code, err } = await run('export-c', models, '--out', at('none'));
    expect(code).toBe(2);
    expect(err).toMatch(/reads error, .*experts.*stepcast train .*--features value,diff.*\[MODEL_UNFIT\]\n$/);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(existsSync(at('none'))).toBe(false);
  });

  it('refuses a model over the budget, and writes nothing', async () => {
    const { code, err } = await run(
      'export-c',
      at('gru.onnx'),
      '--out',
      at('tight'),
      '--season',
      '24',
      '--budget',
      '8KiB',
    );
    expect(code).toBe(1);
    expect(err).toMatch(/budget is 8192 .*--hidden.*\[EXPORT_TOO_LARGE\]/);
    expect(existsSync(at('tight'))).toBe(false);
  });

  it.each([
    [['nothing.onnx', '--out', 'x'], 1, /no such file/],
    [['gru.onnx'], 2, /--out/],
    [['gru.onnx', '--out', 'x'], 2, /reads season, and a device cannot find it — say --season/],
    [['gru.onnx', '--out', 'x', '--int8', '--float'], 2, /contradict/],
    [['gru.onnx', '--out', 'x', '--value', 'load'], 2, /--calibrate/],
    [['gru.onnx', '--out', 'x', '--budget', 'small'], 2, /number of bytes/],
    [['good.csv', '--out', 'x'], 1, /no ONNX model/],
    [['gru.onnx', '--out', 'good.csv', '--season', '24'], 2, /it is a file/],
    [['gru.onnx', '--out', 'x', '--calibrate', 'missing.csv'], 2, /cannot be read/],
  ] as const)('says in one line what is wrong with %j', async (args, code, message) => {
    const told = await run('export-c', ...args.map((arg) => (/\.(onnx|csv)$|^x$/.test(arg) ? at(arg) : arg)));
    expect(told.code).toBe(code);
    expect(told.err).toMatch(message);
    expect(told.err.trim().split('\n')).toHaveLength(1);
    expect(existsSync(at('x'))).toBe(false);
  });

  it('leaves what else is in the folder, and nothing half-written beside it', async () => {
    writeFileSync(at('keep.txt'), 'kept');
    expect(await run('export-c', at('rnn.onnx'), '--out', folder, '--season', '24')).toMatchObject({ code: 0 });
    expect(readFileSync(at('keep.txt'), 'utf8')).toBe('kept');
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
