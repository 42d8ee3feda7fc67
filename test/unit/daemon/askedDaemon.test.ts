import { beforeEach, describe, expect, it } from 'vitest';
import { AskedDaemon } from '../../../src/daemon/askedDaemon.js';
import type { FromHttpThread } from '../../../src/daemon/httpProtocol.js';

let posted: FromHttpThread[];
beforeEach(() => (posted = []));
const begin = (patienceMs?: number) => new AskedDaemon((message) => posted.push(message), patienceMs);

describe('AskedDaemon', () => {
  it('asks once for all who wait for the same, and again for those who come after the answer', async () => {
    const daemon = begin();
    const both = [daemon.ask('metrics'), daemon.ask('metrics')];
    const other = daemon.ask('health');
    daemon.answered('metrics', 'up 1');
    daemon.answered('health', { status: 'ok' });
    expect(await Promise.all([...both, other])).toEqual(['up 1', 'up 1', { status: 'ok' }]);
    const again = daemon.ask('metrics');
    daemon.answered('metrics', 'up 2');
    expect(await again).toBe('up 2');
    expect(posted).toEqual(['metrics', 'health', 'metrics'].map((what) => ({ kind: 'ask', what })));
  });

  it('passes on why there is no answer', async () => {
    const daemon = begin();
    const asked = daemon.ask('state');
    daemon.failed('state', 'TypeError: x');
    await expect(asked).rejects.toThrow('TypeError: x');
  });

  it('does not wait for ever, and asks again the next time', async () => {
    const daemon = begin(1);
    await expect(daemon.ask('health')).rejects.toMatchObject({ code: 'QUERY_BUSY', subject: 'daemon' });
    daemon.answered('health', { status: 'ok' }); // too late
    const again = daemon.ask('health');
    daemon.answered('health', { status: 'degraded' });
    expect(await again).toEqual({ status: 'degraded' });
    expect(posted).toHaveLength(2);
  });
});
