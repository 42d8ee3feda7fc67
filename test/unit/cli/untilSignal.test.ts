import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { untilSignal } from '../../../src/cli/untilSignal.js';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

function running() {
  const host = new FakeProcess();
  let nowMs = 0;
  let finish = (_: string): void => {};
  let signal: AbortSignal | undefined;
  const done = untilSignal(
    (given) => {
      signal = given;
      return new Promise<string>((resolve) => (finish = resolve));
    },
    host,
    () => nowMs,
  );
  return { host, done, signal: signal!, finish: (text: string) => finish(text), wait: (ms: number) => (nowMs += ms) };
}

describe('untilSignal', () => {
  it.each(['SIGINT', 'SIGTERM'])('aborts at the first %s, and gives what the run gives', async (name) => {
    const { host, done, signal, finish } = running();
    expect(signal.aborted).toBe(false);
    host.emit(name);
    expect(signal.aborted).toBe(true);
    finish('clean');
    expect(await done).toBe('clean');
    expect(host.exits).toEqual([]);
  });

  it('exits at once at the second signal', () => {
    const { host, wait } = running();
    host.emit('SIGTERM');
    wait(500);
    host.emit('SIGINT');
    expect(host.exits).toEqual([1]);
  });

  it('takes a signal that comes twice at the same moment, as under npm, for one', () => {
    const { host, wait } = running();
    host.emit('SIGINT');
    wait(20);
    host.emit('SIGINT');
    expect(host.exits).toEqual([]);
  });

  it('listens no longer than the run lasts', async () => {
    const { host, done, finish } = running();
    finish('');
    await done;
    expect(host.listenerCount('SIGINT') + host.listenerCount('SIGTERM')).toBe(0);
  });
});
