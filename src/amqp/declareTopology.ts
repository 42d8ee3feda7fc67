import type { ChannelModel } from 'amqplib';
import { StepcastError } from '../errors.js';
import { queueArguments, queueName, readingsExchange, type Topology } from './topology.js';

/**
 * Makes what is not there yet. Queues come in descending order: where the first is, all are.
 *
 * @throws {StepcastError} SOURCE_PARTITIONS when the fleet was begun with another number of them.
 */
export const declareTopology = async (connection: ChannelModel, group: string, topology: Topology): Promise<void> => {
  const { hash, queues, hello } = topology;
  const there = await partitionsThere(connection, group, queues.length);
  if (there === 'fewer' || there === 'more') throw otherPartitions(group, queues.length, there);
  const channel = await connection.createChannel();
  channel.on('error', () => {}); // told by what was asked for
  try {
    await channel.assertExchange(hello, 'fanout', { durable: true });
    await channel.assertExchange(hash, 'x-consistent-hash', { durable: true });
    for (const queue of there === 'none' ? [...queues].reverse() : []) {
      await channel.assertQueue(queue, { durable: true, arguments: queueArguments });
      await channel.bindQueue(queue, hash, '1'); // its weight on the ring
    }
    await channel.bindQueue(queues[0]!, hash, '1'); // whoever declared it may have ended there
  } finally {
    await channel.close().catch(() => {});
  }
  await bindReadings(connection, topology);
};

/** Has the streams' readings come to the queues. */
export const bindReadings = async (connection: ChannelModel, { hash, bindings }: Topology): Promise<void> => {
  const channel = await connection.createChannel();
  channel.on('error', () => {}); // told by what was asked for
  for (const key of bindings) await channel.bindExchange(hash, readingsExchange, key);
  await channel.close();
};

/** How many partitions a fleet of this name has at the broker, beside those it is to have. */
export const partitionsThere = async (
  connection: ChannelModel,
  group: string,
  partitions: number,
): Promise<'none' | 'all' | 'fewer' | 'more'> => {
  const isThere = (partition: number): Promise<boolean> => queueIsThere(connection, queueName(group, partition));
  if (!(await isThere(0))) return 'none';
  if (!(await isThere(partitions - 1))) return 'fewer';
  return (await isThere(partitions)) ? 'more' : 'all';
};

const queueIsThere = async (connection: ChannelModel, queue: string): Promise<boolean> => {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    await channel.checkQueue(queue);
  } catch (error) {
    if (/NOT.FOUND/.test(String(error))) return false; // and the channel is closed
    throw error;
  }
  await channel.close();
  return true;
};

export const otherPartitions = (group: string, wanted: number, there: 'fewer' | 'more'): StepcastError =>
  new StepcastError({
    code: 'SOURCE_PARTITIONS',
    op: 'declare',
    subject: queueName(group, wanted - 1),
    message: `the fleet ${group} has ${there} partitions than source.partitions: ${wanted}`,
    hint: 'set source.partitions to what it was, or move the fleet as docs/fleet.md says: a series must not change its queue while one holds readings of it',
  });
