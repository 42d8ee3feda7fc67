import { describe, expect, it } from 'vitest';
import { cli } from './support.js';

const listSeries = async () => [{ series: 'kitchen/temperature' }] as never;

describe('tune', () => {
  it('hands its options on', async () => {
    const args = ['tune', 'kitchen/temperature', '--db', 'a.db', '--model', 'gru-base', '--dry-run', '--json'];
    const { code, calls } = await cli(args, { bodies: { listSeries } });
    expect(code).toBe(0);
    expect(calls[0]).toMatchObject([
      'runTune',
      { series: 'kitchen/temperature', db: 'a.db', model: 'gru-base', dryRun: true, json: true },
      {},
    ]);
  });

  it('learns from every series from the models in use when nothing is said', async () => {
    const { calls } = await cli(['tune']);
    const [, command] = calls[0];
    expect(command).toMatchObject({ db: 'stepcast.db', dryRun: false, json: false });
    expect(command).toMatchObject({ series: undefined, model: undefined });
  });

  it('names the nearest series when there is none of that name', async () => {
    const { code, err } = await cli(['tune', 'kitchen/temprature'], { bodies: { listSeries } });
    expect(code).toBe(1);
    expect(err).toContain('did you mean kitchen/temperature?');
  });

  it('ends with exit code 1 when it is interrupted', async () => {
    const { code } = await cli(['tune'], { bodies: { runTune: async () => false } });
    expect(code).toBe(1);
  });
});
