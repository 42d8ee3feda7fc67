import type { Decoded, PayloadContext } from './decoder.js';
import { Draft, maxRecords, refuse } from './draft.js';
import { rebirthRequest } from './rebirthRequest.js';
import { MetricTable, SparkplugNode } from './sparkplugNode.js';
import { numberOf, readSparkplug, type SparkplugMetric, type SparkplugPayload } from './sparkplugPayload.js';
import { parseSparkplugTopic, type SparkplugTopic } from './sparkplugTopic.js';

const maxNodes = 1_024;
const maxRemembered = 100_000; // metrics of all nodes together

/** Sparkplug B as a host application reads it: births name the aliases, losses and unknown aliases ask for a rebirth. */
export class SparkplugDecoder {
  readonly #nodes = new Map<string, SparkplugNode>(); // least recently heard first
  #remembered = 0;

  decode(bytes: Uint8Array, context: PayloadContext): Decoded {
    const topic = parseSparkplugTopic(context.topic);
    if (topic === undefined) {
      const state = /^spBv1\.0\/(?:STATE\/)?[^/]+(?:\/STATE)?$/.test(context.topic); // of a host application, no readings
      return state ? new Draft(0) : refuse('bad_topic', `${context.topic} is no Sparkplug topic`);
    }
    if (topic.kind === 'NCMD' || topic.kind === 'DCMD') return new Draft(0); // for the node, not for us
    let payload: SparkplugPayload;
    try {
      payload = readSparkplug(bytes, maxRecords);
    } catch (error) {
      return refuse('sparkplug_syntax', String(error));
    }
    if (payload.compressed) return refuse('sparkplug_compressed', 'compressed payloads are not read');
    const draft = new Draft(maxRecords);
    if (payload.truncated) draft.tooMany();
    const node = this.#node(`${topic.group}/${topic.node}`);
    const before = node.size;
    node.heard();
    const known = follow(draft, node, topic, payload);
    this.#remembered += node.size - before;
    this.#evict(node);
    const complete = topic.kind.endsWith('DEATH') || addSamples(draft, node, topic, payload);
    if ((!known || !complete) && node.mayAsk())
      draft.replies = [rebirthRequest(topic.group, topic.node, context.arrivedMs)];
    return draft;
  }

  #node(key: string): SparkplugNode {
    const known = this.#nodes.get(key);
    const node = known ?? new SparkplugNode();
    if (known) this.#nodes.delete(key);
    else this.#remembered += node.size;
    this.#nodes.set(key, node);
    return node;
  }

  #evict(current: SparkplugNode): void {
    for (const [key, node] of this.#nodes) {
      if (this.#nodes.size <= maxNodes && this.#remembered <= maxRemembered) return;
      this.#remembered -= node.size;
      if (node !== current) this.#nodes.delete(key);
      else {
        node.forget(); // one node alone with more metrics than all may have
        this.#remembered += node.size;
      }
    }
  }
}

/** Takes births, deaths and the sequence number into account; whether nothing before this message is missing. */
const follow = (draft: Draft, node: SparkplugNode, topic: SparkplugTopic, payload: SparkplugPayload): boolean => {
  const seq = payload.seq !== undefined && payload.seq >= 0 && payload.seq <= 255 ? payload.seq : undefined;
  if (payload.seq !== seq) draft.reject('bad_sequence', `seq is ${payload.seq}, it must be 0 to 255`);
  if (topic.kind === 'NBIRTH') {
    node.birth(seq, bdSeqOf(payload));
    node.setTable('', new MetricTable(payload.metrics));
    return true;
  }
  if (topic.kind === 'NDEATH') {
    const bdSeq = bdSeqOf(payload);
    if (node.born && bdSeq !== undefined && node.bdSeq !== undefined && bdSeq !== node.bdSeq)
      draft.reject('stale_death', `bdSeq ${bdSeq}, the last birth had ${node.bdSeq}`);
    else node.forget();
    return true;
  }
  if (topic.kind === 'DBIRTH') node.setTable(topic.device, new MetricTable(payload.metrics));
  if (topic.kind === 'DDEATH') node.setTable(topic.device, undefined);
  const missing = seq === undefined ? 0 : node.missingBefore(seq);
  if (node.born && missing > 0) draft.reject('sequence_gap', `${missing} messages of the node are missing`);
  return node.born && missing === 0;
};

const bdSeqOf = (payload: SparkplugPayload): number | undefined =>
  payload.metrics.find(({ name, kind }) => name === 'bdSeq' && kind === 'integer')?.raw;

/** Whether every metric could be told. */
const addSamples = (draft: Draft, node: SparkplugNode, topic: SparkplugTopic, payload: SparkplugPayload): boolean => {
  const source = `spBv1.0/${topic.group}/${topic.node}${topic.device && `/${topic.device}`}`;
  const table = node.table(topic.device);
  let complete = table !== undefined;
  for (const metric of payload.metrics) {
    const described = table?.find(metric);
    const name = metric.name ?? described?.name;
    const datatype = metric.datatype || (described?.datatype ?? 0);
    if (name === undefined || (datatype === 0 && metric.kind === 'integer')) {
      complete = false;
      draft.reject('unknown_alias', name ?? `alias ${metric.alias} was in no birth`);
    } else if (!metric.isNull && !isControl(name)) {
      const y = numberOf(metric, datatype);
      if (y !== undefined) draft.add(name, timeOf(draft, metric, payload), y, undefined, source);
    }
  }
  return complete;
};

const isControl = (name: string): boolean =>
  name === 'bdSeq' || name.startsWith('Node Control/') || name.startsWith('Device Control/');

const timeOf = (draft: Draft, metric: SparkplugMetric, payload: SparkplugPayload): number | undefined => {
  const tMs = metric.timestamp ?? payload.timestamp;
  if (tMs === undefined || (tMs >= 0 && tMs <= 8.64e15)) return tMs;
  draft.reject('bad_time', `the time of ${metric.name ?? metric.alias} is out of range`);
  return undefined;
};
