import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spaceFinding } from '../../../src/cli/checks/checkDisk.js';
import type { Finding } from '../../../src/cli/checks/finding.js';
import { cli } from './support.js';

const surroundings = (...findings: Finding[]) => ({
  checkSurroundings: async function* () {
    yield* findings;
  },
});
const ok: Finding = { level: 'ok', subject: 'disk', message: 'fine' };
const warn: Finding = { level: 'warn', subject: 'disk', message: 'watch it' };
const fail: Finding = { level: 'fail', subject: 'broker', message: 'start it', code: 'BROKER_UNREACHABLE' };

function configFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'stepcast-check-')), 'stepcast.yaml');
  writeFileSync(file, text);
  return file;
}

describe('check', () => {
  it('prints one line a finding and succeeds when nothing fails', async () => {
    expect(await cli(['check'], { bodies: surroundings(ok, warn) })).toMatchObject({
      code: 0,
      out: 'ok    configuration: the defaults and the flags\nok    disk: fine\nwarn  disk: watch it\n',
      err: '',
    });
  });

  it('ends with exit code 1 and one line when something fails', async () => {
    expect(await cli(['check'], { bodies: surroundings(fail, ok) })).toMatchObject({
      code: 1,
      out: 'ok    configuration: the defaults and the flags\nfail  broker: start it\nok    disk: fine\n',
      err: 'stepcast: check: 1 failure, listed on standard output\n',
    });
  });

  it('ends with exit code 2 when the configuration is bad, every problem on a line of its own', async () => {
    const { code, out, err } = await cli(['check', '--config', configFile('nodes: a\nlog: { level: loud }')]);
    expect(code).toBe(2);
    expect(out.trimEnd().split('\n')).toEqual([
      'fail  configuration: nodes (1:1): unknown key, the nearest known key is node',
      expect.stringMatching(/^fail {2}configuration: log.level \(2:15\): expected one of/),
    ]);
    expect(err).toMatch(/^stepcast: read configuration [^\n]+\n$/);
  });

  it('prints one JSON object a line with --json', async () => {
    const { out } = await cli(['check', '--json'], { bodies: surroundings(fail) });
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ level: 'ok', subject: 'configuration', message: 'the defaults and the flags' }, fail]);
  });

  it('warns of what works and is probably not meant', async () => {
    const file = configFile(`
broker: { url: mqtt://hub, username: a, password: b }
streams:
  - topic: a
  - { topic: a, payload: number, value: x }
  - topic: stepcast/#
`);
    const { code, out } = await cli(['check', '--config', file]);
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n').slice(1)).toEqual([
      'warn  configuration: broker.url: the password travels unencrypted to mqtt://hub — use mqtts:// or wss://',
      'warn  configuration: streams[1].topic: never used, streams[0] takes the same topics first',
      'warn  configuration: streams[1].payload: a bare number has no fields: value, time and sequence are not used',
      'warn  configuration: streams[2].topic: topics under publish.prefix stepcast/ are never read',
    ]);
  });

  it('colours the levels on a terminal only, and never under NO_COLOR', async () => {
    const bodies = surroundings(fail);
    expect((await cli(['check'], { bodies, isTTY: true })).out).toContain('\x1b[31mfail\x1b[39m');
    expect((await cli(['check'], { bodies, isTTY: true, env: { NO_COLOR: '1' } })).out).not.toContain('\x1b');
  });
});

describe('spaceFinding', () => {
  it.each([
    [1e6, 'fail'],
    [200e6, 'warn'],
    [1e9, 'ok'],
  ])('calls %d free bytes %j', (bytes, level) => expect(spaceFinding('disk', bytes).level).toBe(level));
});
