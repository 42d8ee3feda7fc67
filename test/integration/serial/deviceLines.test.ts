import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterAll, expect, it, vi } from 'vitest';
import { DeviceLines } from '../../../src/serial/deviceLines.js';
import { lineName } from '../../../src/serial/line.js';
import type { SessionOwner } from '../../../src/serial/linkSession.js';

const folder = mkdtempSync(join(tmpdir(), 'stepcast-lines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('opens what matches a pattern when it is there, gives it up when it has gone, and keeps a line over TCP', async () => {
  const open = new Set<string>();
  const owner = { node: 'n', nowMs: Date.now, elapsedMs: () => performance.now(), random: () => 0.5 };
  const lines = new DeviceLines({
    addresses: [{ port: join(folder, 'tty*'), baud: 9_600 }, { tcp: { host: 'hub', port: 7_000 } }],
    owner: owner as unknown as SessionOwner,
    onUnavailable: () => {},
    open: async (address) => {
      const name = lineName(address);
      open.add(name);
      return new Duplex({
        read: () => {},
        write: (_, __, done) => done(),
        destroy: (error, done) => {
          open.delete(name);
          done(error);
        },
      });
    },
  });
  const port = join(folder, 'ttyOne');
  const nowOpen = (...names: string[]) =>
    vi.waitFor(() => expect([...open].sort()).toEqual([...names].sort()), { timeout: 20_000 });
  lines.start();
  await nowOpen('hub:7000');
  writeFileSync(port, '');
  await nowOpen('hub:7000', port);
  rmSync(port);
  await nowOpen('hub:7000');
  await lines.stop();
  expect([...open]).toEqual([]);
});
