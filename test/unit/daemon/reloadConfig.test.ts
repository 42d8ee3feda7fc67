import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { reloadConfig } from '../../../src/daemon/reloadConfig.js';
import type { Logger } from '../../../src/log.js';

const configOf = (text: string) => loadConfig({ text, env: {}, hostName: 'pi' });

function reloading(first: string, keys: Record<string, () => boolean>) {
  const logged: [level: string, ...args: unknown[]][] = [];
  const told: string[] = [];
  const note =
    (level: string) =>
    (...args: unknown[]) =>
      void logged.push([level, ...args]);
  let text = first;
  let hangUp = (): void => {};
  const stop = reloadConfig(
    configOf(first),
    {
      read: () => configOf(text),
      listen: (listener) => {
        hangUp = listener;
        return () => {
          hangUp = () => {};
        };
      },
    },
    {
      keys,
      log: { info: note('info'), warn: note('warn'), error: note('error') } as unknown as Logger,
      service: { watchdogMs: undefined, tell: async (...lines) => void told.push(...lines) },
    },
  );
  const reload = (next: string) => {
    text = next;
    logged.length = 0;
    hangUp();
    return logged;
  };
  return { reload, told, stop };
}

describe('reloadConfig', () => {
  const taken: string[] = [];
  const keys = {
    'learn.every': () => taken.push('learn.every') > 0,
    streams: () => false,
  };

  it('takes what can be changed, and names by the keys of the file what waits for the next start, again each time', () => {
    const { reload } = reloading('node: a', keys);
    const next =
      'node: a\nlearn: { every: 1h }\nstore: { flush: 1s, retention: { readings: 1d } }\nstreams: [{ topic: b }]';
    const waiting = [
      'warn',
      { keys: ['store.flush', 'store.retention', 'streams'] },
      'these changes take effect at the next start',
    ];
    expect(reload(next)).toEqual([['info', { applied: ['learn.every'] }, 'the configuration was read again'], waiting]);
    expect(taken).toEqual(['learn.every']);
    expect(reload(next)).toEqual([['info', { applied: [] }, 'the configuration was read again'], waiting]);
    expect(reload('node: a\nlearn: { every: 1h }')).toHaveLength(1);
  });

  it('names a key that came or went', () => {
    const { reload } = reloading('broker: { username: me }', {});
    expect(reload('http: { token: 0123456789abcdef }')[1]).toEqual([
      'warn',
      { keys: ['broker.username', 'http.token'] },
      'these changes take effect at the next start',
    ]);
  });

  it('changes nothing for a file that cannot be used, and says why', () => {
    taken.length = 0;
    const { reload } = reloading('node: a', keys);
    const [[level, details, line], ...more] = reload('learn: { every: soon }');
    expect([level, details, more]).toEqual(['error', { code: 'CONFIG_INVALID' }, []]);
    expect(line).toMatch(/learn\.every \(1:17\): expected a duration.*stays as it was$/);
    expect(taken).toEqual([]);
  });

  it('tells systemd that it reloads, since when, and that it is ready again, whatever came of it', () => {
    const { reload, told, stop } = reloading('node: a', keys);
    reload('node: a');
    reload('node: [');
    const once = ['RELOADING=1', expect.stringMatching(/^MONOTONIC_USEC=\d{6,}$/), 'READY=1'];
    expect(told).toEqual([...once, ...once]);
    stop();
    reload('node: b');
    expect(told).toHaveLength(6);
  });
});
