import { describe, expect, it } from 'vitest';
import { bindingKey, topicOfRoutingKey, topologyOf } from '../../../src/amqp/topology.js';

describe('topology', () => {
  it.each([
    ['sensors/#', 'sensors.#'],
    ['zigbee2mqtt/+', 'zigbee2mqtt.*'],
    ['#', '#'],
    ['a/+/b', 'a.*.b'],
    ['a b/c+', 'a b.c+'],
  ])('binds %s by %s', (filter, key) => expect(bindingKey(filter)).toBe(key));

  it('names the topic that a routing key came from', () => {
    expect(topicOfRoutingKey('sensors.kitchen.temperature')).toBe('sensors/kitchen/temperature');
  });

  it('has a queue a partition and a binding a filter, under the name of the fleet', () => {
    expect(topologyOf({ group: 'site', partitions: 2 }, ['a/#', 'b/+', 'a/#'])).toEqual({
      hash: 'stepcast.site.readings',
      bindings: ['a.#', 'b.*'],
      queues: ['stepcast.site.readings.0', 'stepcast.site.readings.1'],
      hello: 'stepcast.site.workers',
    });
  });
});
