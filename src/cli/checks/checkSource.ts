import { randomUUID } from 'node:crypto';
import type { ChannelModel } from 'amqplib';
import { amqpProblem } from '../../amqp/amqpProblem.js';
import { prefetchOf } from '../../amqp/amqpSettings.js';
import { connectAmqp } from '../../amqp/connectAmqp.js';
import { otherPartitions, partitionsThere } from '../../amqp/declareTopology.js';
import { preferredWorker } from '../../amqp/preference.js';
import { readingsExchange, topologyOf } from '../../amqp/topology.js';
import type { Config, SourceConfig } from '../../config/config.js';
import { type Finding, failure } from './finding.js';

/** Connects to each node of the cluster, and says what a worker would declare there and what is there already. It declares nothing that stays. */
export async function checkSource(config: Config, source: SourceConfig): Promise<Finding[]> {
  const findings: Finding[] = [];
  let looked = false;
  for (const url of source.urls) {
    const subject = `source ${url}`;
    try {
      const connection = await connectAmqp(url, source, 'stepcast check');
      try {
        const { product = 'broker', version = '' } = connection.connection.serverProperties;
        findings.push({ level: 'ok', subject, message: `connected to ${product} ${version}` });
        if (!looked) findings.push(...(await topologyFindings(config, source, connection)));
        looked = true;
      } finally {
        await connection.close().catch(() => {}); // it may have ended itself
      }
    } catch (error) {
      findings.push(failure(subject, amqpProblem(url, error).error));
    }
  }
  return findings;
}

async function topologyFindings(
  { node, streams }: Config,
  source: SourceConfig,
  connection: ChannelModel,
): Promise<Finding[]> {
  const { partitions, worker, workers } = source;
  const { hash, bindings, queues } = topologyOf(
    { group: node, partitions },
    streams.map(({ filter }) => filter),
  );
  const there = await partitionsThere(connection, node, partitions);
  if (there === 'fewer' || there === 'more')
    return [failure(`queue ${queues.at(-1)}`, otherPartitions(node, partitions, there))];
  if (there === 'none') await tryExchange(connection);
  const state = there === 'all' ? 'there' : 'not there yet: the first worker declares it';
  const own = Array.from({ length: partitions }, (_, partition) => partition).filter(
    (partition) => preferredWorker(partition, workers) === worker,
  );
  return [
    ...bindings.map((key): Finding => {
      const message = `x-consistent-hash, bound to ${readingsExchange} by ${key}, ${state}`;
      return { level: 'ok', subject: `exchange ${hash}`, message };
    }),
    {
      level: 'ok',
      subject: `queues ${queues[0]} … ${partitions - 1}`,
      message: `${partitions} quorum queues with a single active consumer, ${state}`,
    },
    {
      level: 'ok',
      subject: `worker ${worker} of ${workers}`,
      message: `partitions ${own.join(', ') || 'none'} first, the others as a standby, ${prefetchOf(source)} messages in flight in each`,
    },
  ];
}

/** @throws what a broker without the plugin, or without the right to declare, says. */
async function tryExchange(connection: ChannelModel): Promise<void> {
  const name = `stepcast.check.${randomUUID()}`;
  let ended: Error | undefined;
  connection.once('close', (error?: Error) => (ended = error));
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    await channel.assertExchange(name, 'x-consistent-hash', { autoDelete: true, durable: false });
    await channel.deleteExchange(name);
  } catch (error) {
    throw ended ?? error;
  }
}
