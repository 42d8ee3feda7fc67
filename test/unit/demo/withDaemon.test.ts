import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { type Daemon, withDaemon } from '../../../src/demo/withDaemon.js';
import { StepcastError } from '../../../src/errors.js';

const config = loadConfig({ text: '', env: {}, hostName: 'demo' });
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

/** Writes down what happens; drains for a moment after it was told to stop. */
const watched =
  (events: string[], isReady = true): Daemon =>
  async (_, { signal, onReady }) => {
    events.push('starts');
    await Promise.resolve();
    if (isReady) onReady();
    await aborted(signal);
    await Promise.resolve();
    events.push('drained');
  };

describe('withDaemon', () => {
  it('starts the work when the daemon is ready, and is done when the daemon has drained', async () => {
    const events: string[] = [];
    const result = await withDaemon({ daemon: watched(events), config, stop: new AbortController() }, async () => {
      events.push('works');
      return 7;
    });
    expect([result, ...events]).toEqual([7, 'starts', 'works', 'drained']);
  });

  it('stops a daemon that is not ready when the time is over', async () => {
    const events: string[] = [];
    const stop = new AbortController();
    const run = withDaemon({ daemon: watched(events, false), config, stop }, async (signal) => signal.aborted);
    stop.abort();
    expect(await run).toBe(true);
    expect(events).toEqual(['starts', 'drained']);
  });

  it('fails with the daemon that cannot begin, and does no work', async () => {
    const failing: Daemon = async () => {
      throw new StepcastError({ code: 'MODEL_MISSING', op: 'load', subject: 'model', message: 'there is none' });
    };
    let worked = false;
    const run = withDaemon({ daemon: failing, config, stop: new AbortController() }, async () => (worked = true));
    await expect(run).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    expect(worked).toBe(false);
  });

  it('stops the work of a daemon that ends by itself, and says so', async () => {
    const stop = new AbortController();
    const brief: Daemon = async (_, { onReady }) => onReady();
    const run = withDaemon({ daemon: brief, config, stop }, (signal) => aborted(signal));
    await expect(run).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
    expect(stop.signal.aborted).toBe(true);
  });

  it('drains the daemon when the work fails', async () => {
    const events: string[] = [];
    const run = withDaemon({ daemon: watched(events), config, stop: new AbortController() }, () =>
      Promise.reject(new Error('no')),
    );
    await expect(run).rejects.toThrow('no');
    expect(events).toEqual(['starts', 'drained']);
  });
});
