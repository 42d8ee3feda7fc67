import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { hangUps } from '../../../src/cli/hangUps.js';

describe('hangUps', () => {
  it('tells of each SIGHUP, of one that came before at once, and of none after', () => {
    const signals = new EventEmitter();
    const heard = hangUps(signals);
    let count = 0;
    signals.emit('SIGHUP');
    const stop = heard.listen(() => void count++);
    expect(count).toBe(1);
    signals.emit('SIGHUP');
    expect(count).toBe(2);
    stop();
    signals.emit('SIGHUP');
    expect(count).toBe(2);
    heard.stop();
    expect(signals.listenerCount('SIGHUP')).toBe(0);
  });
});
