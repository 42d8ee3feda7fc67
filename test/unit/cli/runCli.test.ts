import { describe, expect, it } from 'vitest';
import type { ConfigSource } from '../../../src/daemon/reloadConfig.js';
import { StepcastError } from '../../../src/errors.js';
import { cli } from './support.js';

describe('the command line', () => {
  it('prints its version and nothing else', async () => {
    expect(await cli(['--version'])).toMatchObject({ code: 0, out: 'stepcast 1.2.3\n', err: '' });
  });

  it('teaches every command with examples', async () => {
    const overview = await cli(['--help']);
    expect(overview).toMatchObject({ code: 0, err: '' });
    for (const command of ['run', 'demo', 'series', 'query', 'backtest', 'check']) {
      expect(overview.out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
      const help = await cli([command, '--help']);
      expect(help).toMatchObject({ code: 0, err: '' });
      expect(help.out).toContain(`Usage: stepcast ${command}`);
      expect(help.out).toContain(`Examples:\n  stepcast ${command}`);
    }
  });

  it.each([
    [['rnu'], "unknown command 'rnu' (Did you mean run?)"],
    [['run', '--brokr', 'x'], "unknown option '--brokr' (Did you mean --broker?)"],
    [
      [],
      'expected a command: run, demo, series, query, accuracy, backtest, train, tune, compare, inspect, export-c, models, keygen, push, bridge, check',
    ],
    [['run', '--config'], "option '--config <file>' argument missing"],
    [['run', 'surplus'], 'too many arguments'],
    [['query'], "missing required argument 'series'"],
    [['query', 's', '--from', 'yesterday'], 'ISO 8601'],
    [['query', 's', '--issued', 'newest'], 'latest, all, or a time'],
    [['query', 's', '--horizon', '0'], 'a whole number from 1 to 1024'],
    [['query', 's', '--format', 'xml'], 'table, json, csv'],
    [['query', 's', '--from', '-1h', '--to', '-2h'], '--from must not be later than --to'],
    [['demo', '--port', '70000'], 'a port from 0 to 65535'],
    [['demo', '--speed', '-1'], 'a number above 0'],
    [['demo', '--duration', '0'], 'a number above 0'],
    [['backtest'], "missing required argument 'file.csv'"],
    [['backtest', 'f.csv', '--cadence', '5'], 'event, or a duration'],
    [['backtest', 'f.csv', '--learn', 'maybe'], 'on, off'],
    [['backtest', 'f.csv', '--protocol', 'x'], 'single, fsnet, leakfree'],
    [['backtest', 'f.csv', '--columns', 'A,,B'], 'such as A,B'],
    [['run', '--broker', 'nonsense'], '--broker: expected a broker URL'],
    [['run', '--topic', 'a/#/b'], '--topic: expected an MQTT topic filter'],
    [['run', '--http', '0.0.0.0:80'], '--http: expected a loopback address'],
    [['run', '--config', '/nowhere/x.yaml'], '/nowhere/x.yaml: there is no such file'],
    [['check', '--config', '/nowhere/x.yaml'], '/nowhere/x.yaml: there is no such file'],
  ])('answers %j with exit code 2 and one line that says %j', async (args, mention) => {
    const { code, out, err, calls } = await cli(args);
    expect(err).toContain(mention);
    expect(err).toMatch(/^stepcast: [^\n]+\n$/);
    expect(code).toBe(2);
    expect(calls).toEqual([]);
    if (args[0] !== 'check') expect(out).toBe('');
  });

  it('answers any other failure with exit code 1 and one line, never a stack', async () => {
    const operating = new StepcastError({
      code: 'STORE_LOCKED',
      op: 'open store',
      subject: 'a.db',
      message: 'another daemon has it',
      hint: 'stop that one',
    });
    const fails = (error: unknown) => cli(['run'], { bodies: { runDaemon: () => Promise.reject(error) } });
    expect(await fails(operating)).toMatchObject({
      code: 1,
      err: 'stepcast: open store a.db: another daemon has it — stop that one [STORE_LOCKED]\n',
    });
    expect(await fails(new TypeError('broken\n  at x'))).toMatchObject({ code: 1, err: 'stepcast: broken at x\n' });
    expect(await fails('text')).toMatchObject({ code: 1, err: 'stepcast: text\n' });
  });
});

describe('run', () => {
  it('starts the daemon with the defaults when nothing is given', async () => {
    const { code, calls } = await cli(['run']);
    expect(code).toBe(0);
    expect(calls).toMatchObject([
      [
        'runDaemon',
        { broker: { url: 'mqtt://localhost:1883' }, streams: [{ filter: 'sensors/#' }] },
        { signal: { aborted: false } },
      ],
    ]);
  });

  it('reads the configuration again at SIGHUP, but not on a terminal, which sends it when it is closed', async () => {
    const reloads = async (isTTY: boolean) =>
      (await cli(['run', '--http', 'off'], { isTTY })).calls.map(
        ([, , io]) => (io as { reload?: ConfigSource }).reload,
      );
    const [reload] = await reloads(false);
    expect(reload!.read()).toMatchObject({ http: { listen: undefined } });
    expect(await reloads(true)).toEqual([undefined]);
  });

  it('puts its flags above the file', async () => {
    const args = [
      '--broker',
      'ws://hub:9001',
      '--topic',
      'a/#',
      '--topic',
      'b',
      '--db',
      'x.db',
      '--models',
      'm',
      '--http',
      'off',
    ];
    const { calls } = await cli(['run', ...args]);
    expect(calls).toMatchObject([
      [
        'runDaemon',
        {
          broker: { url: 'ws://hub:9001/' },
          streams: [{ filter: 'a/#' }, { filter: 'b' }],
          store: { path: 'x.db' },
          models: { dir: 'm', dirGiven: true },
          http: { listen: undefined },
        },
        {},
      ],
    ]);
  });
});

describe('demo', () => {
  it('hands its options on, and leaves out what was not given', async () => {
    expect((await cli(['demo'])).calls).toMatchObject([
      ['runDemo', { port: undefined, speed: 10, durationSeconds: undefined }, { signal: { aborted: false } }],
    ]);
    expect((await cli(['demo', '--port', '0', '--speed', '2.5', '--duration', '30'])).calls).toMatchObject([
      ['runDemo', { port: 0, speed: 2.5, durationSeconds: 30 }, {}],
    ]);
  });
});

describe('backtest', () => {
  it('hands its options on', async () => {
    const args =
      '--time t --value a --value b --cadence 1h --horizon 3 --model x --model y.onnx --learn off --protocol fsnet';
    const { calls } = await cli([
      'backtest',
      'f.csv',
      ...args.split(' '),
      '--columns',
      'A,B',
      '--models',
      'm',
      '--season',
      '24',
      '--json',
    ]);
    expect(calls[0]![1]).toEqual({
      file: 'f.csv',
      time: 't',
      values: ['a', 'b'],
      cadenceMs: 3_600_000,
      horizon: 3,
      season: 24,
      models: ['x', 'y.onnx'],
      learn: false,
      protocol: 'fsnet',
      columns: ['A', 'B'],
      json: true,
      modelsDir: 'm',
    });
  });

  it('takes every numeric column, and the automatic model, when nothing is said', async () => {
    const { calls } = await cli(['backtest', 'f.csv']);
    expect(calls[0]![1]).toMatchObject({
      time: undefined,
      values: [],
      cadenceMs: 0,
      horizon: 24,
      season: 0,
      models: ['auto'],
      learn: false,
      protocol: 'single',
      columns: [],
      json: false,
    });
  });
});
