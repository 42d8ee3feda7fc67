import mqtt from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { clientOptions } from '../../../src/mqtt/brokerSettings.js';

const settings = { url: 'mqtt://localhost:1', clientId: 'c', node: 'n', prefix: 'stepcast' };

describe('clientOptions', () => {
  it('has a client keep no Buffer for each number that a packet could hold', () => {
    mqttPacket.writeToStream.cacheNumbers = true;
    new mqtt.MqttClient(
      () => {
        throw new Error('not connected');
      },
      { ...clientOptions(settings, 5), manualConnect: true },
    );
    expect(mqttPacket.writeToStream.cacheNumbers).toBe(false);
  });
});
