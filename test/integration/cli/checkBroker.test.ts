import { afterEach, describe, expect, it } from 'vitest';
import { checkBroker } from '../../../src/cli/checks/checkBroker.js';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { type FakeBroker, type FakeBrokerOptions, startFakeBroker } from '../../support/fakeBroker.js';

let broker: FakeBroker | undefined;
afterEach(() => broker?.close());

async function checked(options: FakeBrokerOptions, streams = '[{ topic: a/# }, { topic: b }]') {
  broker = await startFakeBroker(options);
  const text = `broker: { url: "${broker.url}", username: me, password: wrong }\nstreams: ${streams}`;
  return checkBroker(loadConfig({ text, env: {}, hostName: 'pi' }));
}

describe('checkBroker', () => {
  it('connects and subscribes as the daemon would, and leaves no session and no will behind', async () => {
    const findings = await checked({});
    expect(findings.map(({ level, message }) => [level, message])).toEqual([
      ['ok', 'connected with MQTT 5'],
      ['ok', 'subscribed'],
      ['ok', 'subscribed'],
    ]);
    const { connect } = await broker!.connection(0);
    expect(connect).toMatchObject({ clean: true, properties: { sessionExpiryInterval: 0 } });
    expect(connect.will).toBeUndefined();
    expect(connect.clientId).not.toBe('stepcast-pi');
  });

  it('names each filter that the broker does not allow', async () => {
    const findings = await checked({ suback: () => [1, 0x87] });
    expect(findings.map(({ level, subject, code }) => [level, subject, code])).toEqual([
      ['ok', `broker ${broker!.url}`, undefined],
      ['ok', 'topic a/#', undefined],
      ['fail', 'topic b', 'TOPIC_REFUSED'],
    ]);
  });

  it('says that the password is wrong', async () => {
    const [finding, ...others] = await checked({ connack: () => ({ reasonCode: 134, returnCode: 134 }) });
    expect(finding).toMatchObject({ level: 'fail', code: 'BROKER_REFUSED' });
    expect(finding!.message).toContain('check broker.username and broker.password');
    expect(others).toEqual([]);
  });

  it('falls back to MQTT 3.1.1 and warns of what is missing', async () => {
    const findings = await checked({ connack: ({ protocolVersion }) => (protocolVersion === 5 ? 'close' : {}) });
    expect(findings[0]).toMatchObject({ level: 'warn', message: expect.stringContaining('MQTT 3.1.1') });
    expect(findings.slice(1).map(({ level }) => level)).toEqual(['ok', 'ok']);
  });

  it('says that nothing listens there', async () => {
    const gone = await startFakeBroker();
    await gone.close();
    const config = loadConfig({ flags: { broker: gone.url }, env: {}, hostName: 'pi' });
    const findings = await checkBroker(config);
    expect(findings).toMatchObject([{ level: 'fail', code: 'BROKER_UNREACHABLE' }]);
    expect(findings[0]!.message).toContain('nothing listens there');
  });
});
