import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TrainCommand } from '../../../src/cli/bodies.js';
import { cli } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'stepcast-train-'));
afterAll(() => rmSync(folder, { recursive: true }));

const base = ['train', '--data', 'a.csv', '--cell', 'gru', '--out', 'a.onnx'];
const job = async (...args: string[]) => {
  const { code, err, calls } = await cli([...base, ...args]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return (calls[0][1] as TrainCommand).job!;
};

describe('train', () => {
  it('asks for a forecast at every step when nothing else is said', async () => {
    expect(await job()).toMatchObject({
      ...{ name: 'a', files: ['a.csv'], cell: 'gru', task: 'many-to-many', target: 'change', horizon: 24 },
      ...{ levels: [0.1, 0.5, 0.9], hidden: 32, layers: 1, bptt: 48, lookback: 768, batch: 16, steps: 2000 },
      ...{ optimiser: 'adam', rate: 0.003, schedule: 'cosine', clipNorm: 1, patience: 10, seed: 1, holdOut: 0.2 },
    });
  });

  it('takes several files, and every option to its place', async () => {
    const told = await job(
      '--data',
      'b.csv',
      'c.csv',
      ...'--layers 3 --residual --norm both --attention additive --memory 9'.split(' '),
    );
    expect(told).toMatchObject({ files: ['a.csv', 'b.csv', 'c.csv'], layers: 3, residual: true, memory: 9 });
    expect(told).toMatchObject({ inputNorm: 'batch', cellNorm: 'layer', attention: 'additive' });
    const learning = await job(
      ...'--bptt full --lookback 60 --optimizer adamw --clip-value 0.5 --schedule plateau --epochs 3'.split(' '),
    );
    expect(learning).toMatchObject({
      bptt: 'full',
      lookback: 60,
      weightDecay: 0.01,
      clipNorm: undefined,
      clipValue: 0.5,
    });
    expect(learning).toMatchObject({ schedule: 'plateau', warmUp: 0, epochs: 3, steps: undefined });
  });

  it('knows what fits a task', async () => {
    expect(await job('--task', 'one-to-one')).toMatchObject({ horizon: 1, bptt: 1, lookback: 1 });
    const labelled = await job('--task', 'many-to-one', '--sequence', 'run', '--label', 'kind');
    expect(labelled).toMatchObject({ horizon: 1, bptt: 'full', features: ['value', 'diff'], batching: 'bucket' });
    expect(await job('--seconds', '9')).toMatchObject({ seconds: 9, schedule: 'plateau' });
    expect(await job('--loss', 'mae')).toMatchObject({ levels: [0.5] });
  });

  it.each([
    ['--steps 10 --epochs 2', '--steps and --epochs contradict'],
    ['--seconds 9 --schedule step', 'needs --steps or --epochs'],
    ['--features value,moon', 'there is no moon; there are value'],
    ['--residual', '--residual goes around layers'],
    ['--memory 8', 'it needs --attention'],
    ['--batching pad', 'it needs --sequence'],
    ['--label kind --task many-to-one', 'it needs --sequence'],
    ['--label kind --sequence run', '--label needs --task many-to-one'],
    ['--loss cross-entropy', 'it needs --label'],
    ['--delta 2', '--delta needs --loss huber'],
    ['--momentum 0.9', '--momentum is of sgd and rmsprop'],
    ['--clip-norm 1 --clip-value 1', '--clip-norm and --clip-value contradict'],
    ['--teacher-forcing 0.5', 'needs --task encoder-decoder'],
    ['--loss mse --levels 0.1,0.9', 'they need --loss pinball'],
    ['--bptt 48 --lookback 24', '--bptt is longer than --lookback'],
    ['--task one-to-one --bptt 4', 'leave out --bptt and --lookback'],
    ['--task many-to-one --horizon 3', 'leave out --horizon'],
    ['--levels 0.9,0.1', 'Expected increasing levels'],
    ['--dropout 1', 'Expected a share'],
    ['--optimizer lbfgs', 'Allowed choices are'],
  ])('refuses %s with one line and exit code 2', async (options, mention) => {
    const { code, err, calls } = await cli([...base, ...options.split(' ')]);
    expect(err).toContain(mention);
    expect(err).toMatch(/^stepcast: [^\n]+\n$/);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
  });

  it.each([
    [['train'], 'expected --data FILE.csv'],
    [['train', '--data', 'a.csv', '--out', 'a.onnx'], 'expected --cell rnn|gru|lstm'],
    [['train', '--data', 'a.csv', '--cell', 'gru'], 'expected --out FILE.onnx'],
    [['train', '--data', 'a.csv', '--cell', 'gru', '--out', 'a.txt'], 'ends in .onnx'],
    [['train', '--data', 'a.csv', '--cell', 'rnn', '--out', 'a.onnx', '--remember', '9'], 'which rnn has not'],
    [['train', '--resume', 'a.checkpoint', '--lr', '0.1'], '--lr and --resume contradict'],
  ])('says what is missing from %j', async (args, mention) => {
    const { code, err } = await cli(args);
    expect(err).toContain(mention);
    expect(code).toBe(2);
  });

  it('passes a checkpoint on', async () => {
    writeFileSync(join(folder, 'a.checkpoint'), '');
    const { calls } = await cli(['train', '--resume', join(folder, 'a.checkpoint'), '--json']);
    expect(calls).toEqual([['runTrain', { resume: join(folder, 'a.checkpoint'), json: true }, expect.anything()]]);
  });
});
