import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { describe, expect, it } from 'vitest';
import { Archive } from '../crash/support/archive.js';
import { cleanup } from '../crash/support/cleanup.js';
import { type Daemon, startDaemon } from '../crash/support/daemon.js';
import { eventually } from '../crash/support/eventually.js';
import { contents, runOnce } from '../crash/support/runOnce.js';
import { startWitness } from '../crash/support/witness.js';
import { workDirs } from '../crash/support/workDir.js';
import { type GuardedMosquitto, startGuardedMosquitto } from '../support/dynamicSecurity.js';
import { startMosquitto } from '../support/mosquitto.js';
import { startOnly311 } from '../support/only311.js';

const newDir = workDirs();
const undo = cleanup();

const guarded = async (subscribes: readonly string[]): Promise<GuardedMosquitto> => {
  const broker = await startGuardedMosquitto(subscribes);
  undo(() => broker.stop());
  return broker;
};

/** The same broker by MQTT 5 and by 3.1.1. */
const urlOf = async (port: number, version: '5' | '3.1.1'): Promise<string> => {
  if (version === '5') return `mqtt://127.0.0.1:${port}`;
  const way = await startOnly311(port);
  undo(() => way.close());
  return way.url;
};

const configOf = (url: string, more: object = {}) => ({
  node: 'pi',
  broker: { url, username: 'stepcast', password: 'right', keepalive: '2s' },
  store: { path: 'stepcast.db', flush: '50ms' },
  streams: [{ topic: 'sensors/#' }, { topic: 'garden/+' }],
  http: { listen: 'off' },
  learn: { enabled: false },
  ...more,
});

const start = (dir: string, config: object): Daemon => {
  const daemon = startDaemon({ dir, config });
  undo(() => daemon.kill());
  return daemon;
};

/** Publishes numbers to a topic, acknowledged by the broker. */
const sensor = async (port: number) => {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  undo(() => client.endAsync(true));
  let value = 0;
  return async (topic: string) => {
    await client.publishAsync(topic, String(value++), { qos: 1 });
  };
};

const refusals = (daemon: Daemon): string[] =>
  daemon
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { code?: string; msg: string })
    .filter(({ code }) => code === 'TOPIC_REFUSED')
    .map(({ msg }) => msg);

describe.each(['5', '3.1.1'] as const)('topic filters that the broker refuses, MQTT %s', (version) => {
  it('all of them: the start ends with one line and code 1, and leaves nothing behind', async () => {
    const { broker } = await guarded([]);
    const dir = newDir();
    writeFileSync(join(dir, 'stepcast.yaml'), JSON.stringify(configOf(await urlOf(broker.port, version))));
    const before = contents(dir);
    const { code, said, stdout } = await runOnce(['run', '--config', 'stepcast.yaml'], dir);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^stepcast: subscribe to sensors\/#, garden\/\+: .*does not allow it.*\[TOPIC_REFUSED\]$/);
    expect([code, stdout]).toEqual([1, '']);
    expect(contents(dir)).toEqual(before);
  });

  it('one of two: the other is forecast, the refusal is told once, and the filter comes back with the right to it', async () => {
    const guard = await guarded(['sensors/#']);
    const { broker } = guard;
    const witness = await startWitness(broker.port, 'pi');
    undo(() => witness.end());
    const publish = await sensor(broker.port);
    const dir = newDir();
    const daemon = start(dir, configOf(await urlOf(broker.port, version)));
    await daemon.connected();
    await publish('sensors/a');
    await publish('garden/b');
    await eventually('a forecast', () => witness.forecasts.length === 1);
    await eventually('degraded', () => witness.statuses.at(-1) === 'degraded');
    expect(refusals(daemon)).toEqual([expect.stringMatching(/^subscribe to garden\/\+: .*does not allow it/)]);
    expect(witness.health()).toMatchObject({ status: 'degraded', reasons: [expect.stringContaining('garden/+')] });

    await guard.allow('subscribePattern', 'garden/+'); // the plugin throws the user out, and it comes back
    await eventually('online', () => witness.statuses.at(-1) === 'online');
    await publish('garden/b');
    await eventually('the other series', () => Archive.count(join(dir, 'stepcast.db')) === 2);
    expect(witness.health()).toMatchObject({ status: 'ok', reasons: [] });
    expect(refusals(daemon)).toHaveLength(1);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });
});

describe('rights that are taken away while the daemon runs', () => {
  it('do not end it: it says what is refused, once, and goes on when they are given back', async () => {
    const guard = await guarded(['sensors/#', 'garden/+']);
    const { broker } = guard;
    const publish = await sensor(broker.port);
    const dir = newDir();
    const witness = await startWitness(broker.port, 'pi');
    undo(() => witness.end());
    const daemon = start(dir, configOf(broker.url));
    await daemon.connected();
    await publish('sensors/a');
    await eventually('stored', () => Archive.count(join(dir, 'stepcast.db')) === 1);
    for (const filter of ['sensors/#', 'garden/+']) await guard.forbid('subscribePattern', filter);
    await eventually('all is refused', () => refusals(daemon).at(-1)?.includes('sensors/#, garden/+') === true);
    await eventually('degraded', () => witness.statuses.at(-1) === 'degraded');
    const told = refusals(daemon).length;
    await guard.allow('subscribePattern', 'sensors/#');
    await guard.allow('subscribePattern', 'garden/+');
    await eventually('online', () => witness.statuses.at(-1) === 'online');
    await publish('garden/b');
    await eventually('stored', () => Archive.count(join(dir, 'stepcast.db')) === 2);
    expect(told).toBeLessThanOrEqual(2); // one filter, then both
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });
});

describe('an access list of Mosquitto', () => {
  const listed = async (lines: readonly string[]) => {
    const dir = newDir();
    const path = join(dir, 'acl');
    const write = (more: readonly string[]) =>
      writeFileSync(path, ['topic readwrite #', 'user stepcast', ...more, ''].join('\n'));
    write(lines);
    const broker = await startMosquitto({ config: [`acl_file ${path}`] });
    undo(() => broker.stop());
    const change = (more: readonly string[]) => {
      write(more);
      process.kill(broker.pid, 'SIGHUP');
    };
    return { broker, change };
  };
  const all = ['topic read sensors/#', 'topic read garden/#', 'topic write stepcast/pi/#'];

  it('withholds messages and refuses no subscription; what it allows after a reload arrives without a reconnect', async () => {
    const { broker, change } = await listed(all.filter((line) => !line.includes('garden')));
    const publish = await sensor(broker.port);
    const dir = newDir();
    const daemon = start(dir, configOf(broker.url));
    await daemon.connected();
    await publish('garden/b');
    await publish('sensors/a');
    await eventually('what is allowed', () => Archive.count(join(dir, 'stepcast.db')) === 1);
    change(all);
    await eventually('what was not', async () => {
      await publish('garden/b');
      return Archive.count(join(dir, 'stepcast.db')) >= 2;
    });
    expect(refusals(daemon)).toEqual([]);
    expect(daemon.told('connected')).toHaveLength(1);
  });

  it.each(['5', '3.1.1'] as const)(
    'that forbids forecasts at QoS 1 costs no reading and no connection: MQTT %s',
    async (version) => {
      const { broker, change } = await listed([...all, 'topic deny stepcast/pi/forecast/#']);
      const witness = await startWitness(broker.port, 'pi');
      undo(() => witness.end());
      const publish = await sensor(broker.port);
      const dir = newDir();
      const daemon = start(dir, configOf(await urlOf(broker.port, version), { publish: { qos: 1 } }));
      await daemon.connected();
      for (let i = 0; i < 50; i++) await publish(`sensors/${i % 5}`);
      const archive = () => new Archive(join(dir, 'stepcast.db'));
      await eventually('all readings', () => Archive.count(join(dir, 'stepcast.db')) === 50);
      const stored = archive();
      undo(() => stored.close());
      expect(stored.forecasts().size).toBe(50);
      expect(witness.forecasts).toHaveLength(0);
      // MQTT 3.1.1 has no word for a refused publish: its PUBACK looks like any other.
      const expected =
        version === '5' ? [expect.stringMatching(/^publish to stepcast\/pi\/forecast\/sensors\/\d: /)] : [];
      expect(refusals(daemon)).toEqual(expected);
      change(all);
      let published = 50;
      await eventually('forecasts leave again', async () => {
        await publish('sensors/0');
        published++;
        return witness.forecasts.length > 0;
      });
      await eventually('all readings', () => Archive.count(join(dir, 'stepcast.db')) === published);
      const { code } = await daemon.stop();
      expect(code).toBe(0);
      expect(daemon.told('connected')).toHaveLength(1);
      expect(daemon.told('stepcast ends')[0]).toMatchObject({ unacknowledged: 0, outbox: { waiting: 0, dropped: 0 } });
      expect(refusals(daemon)).toEqual(expected);
    },
  );
});
