import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/brokers.md'), 'utf8');
const block = (language: string) => page.match(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``))?.[1] ?? '';

let files: Mosquitto; // a folder that lives as long as the test
beforeEach(async () => {
  files = await startMosquitto();
});
afterEach(() => files.stop());

it('keeps, with the configuration of the page, what it queued for an absent client, even when it is killed', async () => {
  const config = block('conf').replace('/var/lib/mosquitto/', `${files.dir}/`);
  expect(config).toContain('autosave_on_changes true');
  const broker = await startMosquitto({ config: config.split('\n') });
  try {
    const session = {
      protocolVersion: 5,
      clientId: 's',
      clean: false,
      properties: { sessionExpiryInterval: 60 },
    } as const;
    const away = await mqtt.connectAsync(broker.url, session);
    await away.subscribeAsync('a', { qos: 1 });
    await away.endAsync();
    const sensor = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
    for (let i = 0; i < 1_500; i++) await sensor.publishAsync('a', `${i}`, { qos: 1 });
    await broker.kill();
    await broker.restart();
    const back = mqtt.connect(broker.url, session);
    const heard: number[] = [];
    await new Promise<void>((resolve) =>
      back.on('message', (_, payload) => {
        heard.push(Number(payload.toString()));
        if (heard.length === 1_499) resolve();
      }),
    );
    expect(heard.slice(0, 1_499)).toEqual(Array.from({ length: 1_499 }, (_, i) => i)); // the page: at most the last one is forgotten
    await back.endAsync(true);
  } finally {
    await broker.stop();
  }
});

it('lets, with the access list of the page, only the model publisher write models', async () => {
  const acl = join(files.dir, 'acl');
  const passwords = join(files.dir, 'passwords');
  writeFileSync(acl, block('acl'));
  writeFileSync(passwords, '');
  const users = ['greenhouse-pi', 'model-publisher', 'dashboard'];
  for (const user of users) execFileSync('mosquitto_passwd', ['-b', passwords, user, 'secret']);
  const broker = await startMosquitto({
    config: ['allow_anonymous false', `password_file ${passwords}`, `acl_file ${acl}`],
  });
  try {
    /** The MQTT 5 reason that the broker gives for a publication: 0, 16 (nobody listens) or 135 (not authorized). */
    const write = async (username: string, topic: string): Promise<boolean> => {
      const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5, username, password: 'secret' });
      const allowed = await client.publishAsync(topic, 'x', { qos: 1 }).then(
        () => true,
        (error: { code?: number }) => {
          if (error.code !== 135) throw error;
          return false;
        },
      );
      await client.endAsync();
      return allowed;
    };
    const model = 'stepcast/greenhouse-pi/model/gru/manifest';
    expect(await write('model-publisher', model)).toBe(true);
    expect(await write('model-publisher', 'stepcast/all/model/gru/manifest')).toBe(true);
    for (const user of ['greenhouse-pi', 'dashboard']) expect(await write(user, model)).toBe(false);
    expect(await write('greenhouse-pi', 'stepcast/all/model/gru/manifest')).toBe(false);
    for (const own of ['status', 'health', 'forecast/sensors/a', 'gap/sensors/a', 'model/gru/state'])
      expect(await write('greenhouse-pi', `stepcast/greenhouse-pi/${own}`)).toBe(true);
    expect(await write('greenhouse-pi', 'stepcast/other-pi/forecast/a')).toBe(false);
    expect(await write('dashboard', 'stepcast/greenhouse-pi/forecast/a')).toBe(false);
  } finally {
    await broker.stop();
  }
});
