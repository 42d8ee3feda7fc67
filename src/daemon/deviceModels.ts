import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { crc32 } from '../firmware/crc32.js';
import type { Logger } from '../log.js';
import type { BrokerConnection } from '../mqtt/brokerConnection.js';
import type { Clock } from '../pipeline/clock.js';
import { type DevicePush, deviceModelTopic, readDevicePush } from '../registry/push/devicePush.js';
import { TrustedKeys } from '../registry/signatures/trustedKeys.js';
import type { DeviceMessage } from '../serial/frames/messages.js';
import type { KnownDevice } from '../serial/knownDevice.js';
import type { LinkSession } from '../serial/linkSession.js';
import { type ModelNews, ModelSender } from '../serial/modelSender.js';
import { writeDurably } from '../writeDurably.js';

const tickMs = 250;
const confirmed = 2; // slotState
const fellBack = 3;

export interface DeviceModelsOptions {
  readonly folder: string; // what was taken is kept there
  readonly models: Config['models'];
  readonly prefix: string;
  readonly node: string;
  readonly clock: Pick<Clock, 'nowMs' | 'trustedMs' | 'elapsedMs'>;
  readonly log: Logger;
}

/** A model that a device is to run, and what became of it there. */
interface Wanted {
  readonly push: Omit<DevicePush, 'bytes'>;
  readonly blob: string; // base64
  readonly outcome?: ModelNews['state'];
}

/** Models pushed to devices: `PREFIX/NODE/device/ID/model` brings one, signed; what becomes of it is told on `…/model/state`. */
export class DeviceModels {
  readonly #options: DeviceModelsOptions;
  readonly #trusted: TrustedKeys;
  readonly #connections = new Map<string, BrokerConnection>(); // by device
  readonly #sessions = new Map<string, { readonly session: LinkSession; sender?: ModelSender }>(); // by device
  readonly #wanted = new Map<string, Wanted>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: DeviceModelsOptions) {
    this.#options = options;
    this.#trusted = new TrustedKeys(options.models);
    this.#timer = setInterval(() => {
      for (const { sender } of this.#sessions.values()) sender?.tick();
    }, tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Listens for models of a device, on its own connection. */
  follow(device: KnownDevice, connection: BrokerConnection): void {
    this.#connections.set(device.id, connection);
    const stored = this.#read(device.id);
    if (stored) this.#wanted.set(device.id, stored);
    const { prefix, node } = this.#options;
    const topic = deviceModelTopic(prefix, node, device.id);
    connection.watch([topic], (message) => {
      if (message.topic !== topic) return false;
      const payload = Buffer.from(message.payload);
      message.acknowledge();
      if (payload.length > 0) this.#hear(device, payload);
      return true;
    });
  }

  /** Every message of a device that is there: the first of a session begins what is to be done. */
  heard(session: LinkSession, device: KnownDevice, message: DeviceMessage): void {
    if (this.#sessions.get(device.id)?.session !== session) {
      this.#sessions.set(device.id, { session });
      this.#consider(device);
    }
    const sender = this.#sessions.get(device.id)?.sender;
    if (message.name === 'MODEL') sender?.hear(message);
    else if (message.name === 'READING') sender?.heardReading();
  }

  left(device: KnownDevice): void {
    this.#sessions.delete(device.id);
  }

  #hear(device: KnownDevice, payload: Buffer): void {
    const { node, clock } = this.#options;
    try {
      const here = { node, device: device.id, trustedMs: clock.trustedMs() };
      const { bytes, ...push } = readDevicePush(payload, this.#trusted, here);
      const known = this.#wanted.get(device.id);
      if (known?.push.sha256 === push.sha256 && known.push.created === push.created) return; // the broker keeps it
      const newest = Math.max(known?.push.version ?? 0, device.hello.modelVersion);
      if (push.version < newest)
        throw new RangeError(`version ${push.version} is older than ${newest}, which is there`);
      this.#keep(device.id, { push, blob: bytes.toString('base64') });
      this.#consider(device);
    } catch (error) {
      this.#tell(device.id, { state: 'rejected', reason: (error as Error).message });
    }
  }

  #consider(device: KnownDevice): void {
    const wanted = this.#wanted.get(device.id);
    const place = this.#sessions.get(device.id);
    const { hello, id } = device;
    if (!wanted || !place || wanted.outcome === 'rejected' || wanted.outcome === 'rolled-back') return;
    const isThere = hello.modelSha256 === wanted.push.sha256;
    if (isThere && hello.slotState === confirmed) {
      this.#tell(id, { state: 'active' }, wanted);
      return;
    }
    if (!isThere && hello.slotState === fellBack && wanted.outcome === 'trial') {
      this.#tell(id, { state: 'rolled-back', reason: 'it did not stand its trial' }, wanted);
      return;
    }
    const bytes = Buffer.from(wanted.blob, 'base64');
    const { version, sha256 } = wanted.push;
    place.sender = new ModelSender({
      model: { version, sha256, bytes, crc32: crc32(bytes) },
      maxPayload: hello.maxPayload,
      transfer: 1 + Math.floor(Math.random() * 0xffff_fffe),
      send: (message) => place.session.send(message),
      elapsedMs: () => this.#options.clock.elapsedMs(),
      tell: (news) => this.#tell(id, news, this.#wanted.get(id)),
    });
    if (isThere) place.sender.goOnWithTrial();
    else place.sender.begin();
  }

  #tell(id: string, news: ModelNews, wanted?: Wanted): void {
    const { prefix, node, clock, log } = this.#options;
    const { name, version, sha256 } = wanted?.push ?? {};
    const isChange = wanted?.outcome !== news.state;
    if (isChange && news.state !== 'receiving')
      log.info({ device: id, name, version, ...news }, 'a model for a device');
    if (wanted && isChange) this.#keep(id, { ...wanted, outcome: news.state });
    const size = wanted && Buffer.byteLength(wanted.blob, 'base64');
    const state = { name, version, sha256, size, ...news, time: clock.nowMs() };
    const route = { qos: 1, retain: true, contentType: 'application/json' } as const;
    const topic = `${deviceModelTopic(prefix, node, id)}/state`;
    this.#connections.get(id)?.publish({ topic, ...route, payload: Buffer.from(JSON.stringify(state)) });
  }

  #keep(id: string, wanted: Wanted): void {
    this.#wanted.set(id, wanted);
    mkdirSync(this.#options.folder, { recursive: true });
    writeDurably(join(this.#options.folder, `${id}.json`), JSON.stringify(wanted));
  }

  #read(id: string): Wanted | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#options.folder, `${id}.json`), 'utf8'));
    } catch {
      return undefined; // none was ever taken
    }
  }
}
