import { StepcastError } from '../errors.js';
import type { Io } from '../io.js';
import { type BrokerClient, connectToBroker } from '../mqtt/brokerClient.js';
import { chunksOf, composeManifest } from '../registry/push/composePush.js';
import { isFinal, type NodeAnswer, NodeAnswers } from '../registry/push/nodeAnswers.js';
import {
  leastChunkBytes,
  mostChunks,
  type PushManifest,
  payloadType,
  readManifest,
} from '../registry/push/pushManifest.js';
import { chunkTopic, manifestTopic } from '../registry/push/pushTopics.js';
import { readEnvelope, sealEnvelope } from '../registry/signatures/envelope.js';
import { version as daemonVersion } from '../version.js';
import type { PushCommand } from './bodies.js';
import { type Progress, progress } from './progress.js';
import { type PushFile, readPushFile, signingKey } from './pushFile.js';
import { printRows } from './table.js';

const nothing = new Uint8Array();
const packetSpare = 1024; // of a message, for its topic and its header
const uploads = 4; // at once
const lookEveryMs = 100;

type Running = Io & { readonly signal: AbortSignal };

/** Sends a model to nodes and tells what each said. False when one refused it or did not answer. */
export async function runPush(command: PushCommand, io: Running): Promise<boolean> {
  const keys = command.keys.map(signingKey);
  const file = await readPushFile(command.file);
  const client = await connectToBroker(command.broker);
  try {
    const chunkSize = Math.min(command.chunkSize, (client.maxPacketBytes ?? Number.POSITIVE_INFINITY) - packetSpare);
    demandFit(command.file, file.bytes.length, chunkSize);
    return await new Push(command, { ...file, chunkSize, keys }, client, io).run();
  } finally {
    await client.close();
  }
}

function demandFit(subject: string, size: number, chunkSize: number): void {
  if (chunkSize >= leastChunkBytes && Math.ceil(size / chunkSize) <= mostChunks) return;
  throw new StepcastError({
    ...{
      code: 'PUSH_REFUSED',
      op: 'push',
      subject,
      hint: 'give a larger --chunk-size, if the broker takes such messages',
    },
    message: `${size} bytes do not fit into ${mostChunks} messages of ${chunkSize} bytes`,
  });
}

type Load = PushFile & { readonly chunkSize: number; readonly keys: readonly ReturnType<typeof signingKey>[] };

class Push {
  readonly #command: PushCommand;
  readonly #load: Load;
  readonly #client: BrokerClient;
  readonly #io: Running;
  readonly #answers: NodeAnswers;
  readonly #deadlineMs: number;
  #manifest: PushManifest;
  #retained: PushManifest | undefined; // of an earlier push

  constructor(command: PushCommand, load: Load, client: BrokerClient, io: Running) {
    this.#command = command;
    this.#load = load;
    this.#client = client;
    this.#io = io;
    this.#deadlineMs = performance.now() + command.waitMs;
    this.#manifest = this.#compose(undefined);
    this.#answers = new NodeAnswers(command.prefix, this.#manifest);
  }

  async run(): Promise<boolean> {
    const { prefix, canary } = this.#command;
    const { target, name } = this.#manifest;
    const own = manifestTopic(prefix, target, name);
    await this.#client.subscribe([own, ...this.#answers.filters], (topic, payload) => {
      if (topic === own) this.#remember(payload);
      else this.#answers.hear(topic, payload);
    });
    await this.#upload();
    const first = canary === undefined ? undefined : this.#canaries(canary);
    if (first && first.length > 0) {
      await this.#announce(this.#compose(first));
      this.#tell(`${first.join(', ')} go first`);
      await this.#wait((nodes) => nodes.every((each) => !first.includes(each.node) || this.#isDone(each)));
      const used = this.#answers.nodes.filter(({ node, answer }) => first.includes(node) && answer?.state === 'active');
      if (used.length < first.length) return this.#end(false);
    }
    await this.#announce(this.#compose(undefined));
    await this.#wait(() => this.#answers.isComplete);
    return this.#end(this.#answers.isComplete);
  }

  #compose(canary: string[] | undefined): PushManifest {
    const { name, version, node: target, expires, activate } = this.#command;
    const created = Math.max(this.#io.nowMs(), (this.#manifest?.created ?? 0) + 1);
    const plan = { name, version, target, expires, activate, created, minDaemon: daemonVersion };
    const { bytes, metadata, golden, chunkSize } = this.#load;
    return composeManifest({ ...plan, bytes, metadata, golden, chunkSize, ...(canary && { canary }) });
  }

  /** Nodes that are there now, in the order of their names. */
  #canaries(count: number): string[] {
    const there = this.#answers.nodes.filter(({ status }) => status === 'online' || status === 'degraded');
    return there.slice(0, count).map(({ node }) => node);
  }

  async #upload(): Promise<void> {
    const { bytes, chunkSize } = this.#load;
    const chunks = chunksOf(bytes, chunkSize);
    const bar = progress(this.#io.stderr, 'sending');
    let next = 0;
    let done = 0;
    const lane = async (): Promise<void> => {
      for (let i = next++; i < chunks.length; i = next++) {
        this.#io.signal.throwIfAborted();
        await this.#retain(this.#chunk(this.#manifest, i), chunks[i]);
        bar.update(++done, chunks.length);
      }
    };
    await Promise.all(Array.from({ length: uploads }, lane)).finally(() => bar.end());
  }

  async #announce(manifest: PushManifest): Promise<void> {
    const { prefix } = this.#command;
    this.#manifest = manifest;
    this.#answers.expect(manifest);
    const payload = Buffer.from(JSON.stringify(manifest));
    const envelope = sealEnvelope(payloadType, payload, this.#load.keys);
    await this.#retain(manifestTopic(prefix, manifest.target, manifest.name), envelope);
  }

  #chunk = ({ target, name, sha256 }: PushManifest, index: number): string =>
    chunkTopic(this.#command.prefix, target, name, sha256, index);

  #retain(topic: string, payload: Uint8Array): Promise<void> {
    const expirySeconds = Math.min(0xffff_fffe, Math.ceil((this.#manifest.expires - this.#io.nowMs()) / 1000));
    return this.#client.retain({ topic, payload, ...(payload.length > 0 && { expirySeconds }) });
  }

  /** What an earlier push has left at the broker. */
  #remember(payload: Uint8Array): void {
    try {
      this.#retained = readManifest(readEnvelope(payload).payload);
    } catch {
      // nothing, or nothing of ours
    }
  }

  #isDone = ({ answer }: NodeAnswer): boolean =>
    answer?.state === 'active' || answer?.state === 'rejected' || answer?.state === 'rolled-back';

  /** Until `enough`, the end of the patience, or an interrupt. */
  async #wait(enough: (nodes: readonly NodeAnswer[]) => boolean): Promise<void> {
    const bar: Progress = progress(this.#io.stderr, 'nodes');
    for (;;) {
      const { nodes } = this.#answers;
      bar.update(nodes.filter(({ answer }) => answer && isFinal(answer, this.#manifest)).length, nodes.length);
      const isOver = performance.now() >= this.#deadlineMs || this.#io.signal.aborted;
      if (isOver || (nodes.length > 0 && enough(nodes))) break;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    bar.end();
  }

  async #end(isComplete: boolean): Promise<boolean> {
    const { canary, json, name, version } = this.#command;
    const { nodes } = this.#answers;
    const isRefused = nodes.some(({ answer }) => answer?.state === 'rejected' || answer?.state === 'rolled-back');
    const isStopped = canary !== undefined && !isComplete && isRefused;
    const isCleared = isComplete || isStopped;
    if (isCleared) await this.#clear();
    const { sha256, created, expires } = this.#manifest;
    const rows = nodes.map(({ node, status, answer }) => ({
      ...{ node, status, state: answer?.state ?? 'no answer', version, code: answer?.code, reason: answer?.reason },
    }));
    if (json)
      this.#io.stdout.write(`${JSON.stringify({ name, version, sha256, created, cleared: isCleared, nodes: rows })}\n`);
    else
      printRows(
        this.#io,
        'table',
        ['node', 'status', 'state', 'code', 'reason'].map((column) => ({ name: column })),
        rows,
      );
    if (isStopped) this.#tell('the first nodes do not use it: it was taken back, and the others hold what they have');
    else if (!isComplete) {
      const until = new Date(expires).toISOString();
      this.#tell(
        nodes.length === 0
          ? `no node was heard of: the model waits for them at the broker until ${until}`
          : `some have not answered: the model waits for them at the broker until ${until}; push it again to see how they are`,
      );
    }
    return isComplete && !isRefused;
  }

  async #clear(): Promise<void> {
    const { prefix } = this.#command;
    const { target, name } = this.#manifest;
    const topics = new Set([manifestTopic(prefix, target, name)]);
    for (const pushed of [this.#manifest, this.#retained]) {
      if (pushed?.target !== target || pushed.name !== name) continue;
      for (let i = 0; i < pushed.chunks.length; i++) topics.add(this.#chunk(pushed, i));
    }
    for (const topic of topics) await this.#retain(topic, nothing);
  }

  #tell(text: string): void {
    this.#io.stderr.write(`stepcast: push: ${text}\n`);
  }
}
