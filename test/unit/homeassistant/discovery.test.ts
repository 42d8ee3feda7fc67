import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  discoveryTopic,
  nodeDiscovery,
  nodeId,
  seriesDiscovery,
  seriesId,
} from '../../../src/homeassistant/discovery.js';
import { deviceDiscovery, discoveryTopicPattern } from '../../reference/homeAssistant.js';

const identity = { prefix: 'stepcast', node: 'greenhouse pi', version: '1.2.3' };
const kitchen = { series: 'zigbee2mqtt/kitchen.temperature', topic: 'zigbee2mqtt/kitchen', field: 'temperature' };

describe('discovery', () => {
  it('keeps to the fields that Home Assistant documents', () => {
    const labelled = { ...kitchen, unit: '°C', deviceClass: 'temperature' };
    expect(deviceDiscovery.parse(seriesDiscovery(identity, labelled, 600))).toBeDefined();
    expect(deviceDiscovery.parse(nodeDiscovery(identity, ['kitchen-gru', 'b'], ['gone']))).toBeDefined();
  });

  it('is valid, bounded and told apart for any two names of series', () => {
    const name = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 50 }),
      fc.constant('x'.repeat(20_000)),
    );
    fc.assert(
      fc.property(name, name, (one, two) => {
        const [a, b] = [one, two].map((series) => seriesDiscovery(identity, { series, topic: series }, 600));
        expect(discoveryTopic(seriesId(identity, one))).toMatch(discoveryTopicPattern);
        if (one !== '') expect(deviceDiscovery.safeParse(a).error).toBeUndefined();
        expect(Buffer.byteLength(JSON.stringify(a))).toBeLessThan(8_000);
        expect(a.components.next.unique_id === b.components.next.unique_id).toBe(one === two);
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  it('takes degraded for available: only offline is not', () => {
    const { availability } = seriesDiscovery(identity, kitchen, 600);
    expect(availability).toEqual([
      {
        topic: 'stepcast/greenhouse pi/status',
        value_template: "{{ 'offline' if value == 'offline' else 'online' }}",
      },
    ]);
  });

  it('puts the fields of one topic under one device, and bare numbers under that of the level above', () => {
    const device = (topic: string, field?: string) =>
      seriesDiscovery(identity, { series: `${topic}.${field}`, topic, ...(field && { field }) }, 600).device;
    expect(device('zigbee2mqtt/kitchen', 'temperature')).toEqual(device('zigbee2mqtt/kitchen', 'humidity'));
    expect(device('sensors/kitchen/temperature')).toEqual(device('sensors/kitchen/humidity'));
    expect(device('sensors/a').identifiers).not.toEqual(device('sensors/b').identifiers);
    expect(device('sensors/a').via_device).toBe(nodeId(identity));
  });

  it('gives unit and device class to values, not to the skill, and calls no sum a measurement', () => {
    const { components } = seriesDiscovery(identity, { ...kitchen, unit: 'kWh', deviceClass: 'energy' }, 600);
    expect(components.next).toMatchObject({ unit_of_measurement: 'kWh', device_class: 'energy' });
    expect(components.next).not.toHaveProperty('state_class');
    expect(components.skill).toMatchObject({ unit_of_measurement: '%', state_class: 'measurement' });
    expect(components.skill).not.toHaveProperty('device_class');
  });

  it('leaves of a model that is gone only the platform, which removes it', () => {
    const { components } = nodeDiscovery(identity, [], ['old']);
    expect(Object.values(components).filter((component) => component.platform === 'update')).toEqual([
      { platform: 'update' },
    ]);
  });
});
