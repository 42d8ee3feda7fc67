import type { AmqpSettings } from './amqpSettings.js';

/** Where RabbitMQ's MQTT plugin puts what devices publish. */
export const readingsExchange = 'amq.topic';

/** What the fleet has at the broker. */
export interface Topology {
  readonly hash: string; // exchange of type x-consistent-hash, on the routing key: a topic always comes to the same queue
  readonly bindings: readonly string[]; // keys by which it is bound to `amq.topic`
  readonly queues: readonly string[]; // quorum queues with a single active consumer, by partition
  readonly hello: string; // fanout exchange by which workers hear of one another
}

export const queueArguments = { 'x-queue-type': 'quorum', 'x-single-active-consumer': true } as const;

export const topologyOf = (
  { group, partitions }: Pick<AmqpSettings, 'group' | 'partitions'>,
  filters: readonly string[],
): Topology => ({
  hash: `stepcast.${group}.readings`,
  bindings: [...new Set(filters.map(bindingKey))],
  queues: Array.from({ length: partitions }, (_, partition) => queueName(group, partition)),
  hello: `stepcast.${group}.workers`,
});

export const queueName = (group: string, partition: number): string => `stepcast.${group}.readings.${partition}`;

/** An MQTT topic filter as RabbitMQ's MQTT plugin translates it: levels by dots, `*` for one level, `#` for any number. */
export const bindingKey = (filter: string): string =>
  filter
    .split('/')
    .map((level) => (level === '+' ? '*' : level))
    .join('.');

/** The topic of a routing key. A dot within a level has become a slash: RabbitMQ cannot tell the two apart. */
export const topicOfRoutingKey = (key: string): string => key.replaceAll('.', '/');
