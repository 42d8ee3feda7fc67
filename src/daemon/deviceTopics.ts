import { type BrokerConnection, createBrokerConnection } from '../mqtt/brokerConnection.js';
import type { BrokerSettings } from '../mqtt/brokerSettings.js';
import type { KnownDevice } from '../serial/knownDevice.js';

const countersEveryMs = 10_000;
const lookMs = 1_000;

export interface DeviceTopicsOptions {
  readonly broker: Omit<BrokerSettings, 'node' | 'prefix'>;
  readonly prefix: string; // stepcast/NODE/device
  readonly devices: () => Iterable<KnownDevice>;
  readonly isOnline: (device: KnownDevice) => boolean;
  readonly connect?: typeof createBrokerConnection;
  /** A device has a connection of its own from now on. */
  readonly onConnection?: (device: KnownDevice, connection: BrokerConnection) => void;
}

interface Told {
  readonly connection: BrokerConnection;
  info: string;
  countersMs: number;
}

/**
 * What others see of devices, under PREFIX/ID: `status` (online or offline, retained), `info` (retained) and `counters`. Each device has a
 * connection of its own, because MQTT has one last will a connection: the broker says `offline` of every device when this program dies.
 */
export class DeviceTopics {
  readonly #options: DeviceTopicsOptions;
  readonly #told = new Map<string, Told>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: DeviceTopicsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  online(device: KnownDevice): void {
    this.#of(device).connection.setStatus('online');
  }

  offline(device: KnownDevice): void {
    this.#of(device).connection.setStatus('offline');
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#look();
    await Promise.all([...this.#told.values()].map(({ connection }) => connection.close()));
  }

  #of(device: KnownDevice): Told {
    const { broker, prefix, connect = createBrokerConnection, onConnection } = this.#options;
    const known = this.#told.get(device.id);
    if (known) return known;
    const settings = { ...broker, clientId: `${broker.clientId}-device-${device.id}`, prefix, node: device.id };
    const connection = connect({ settings, random: Math.random });
    const told = { connection, info: '', countersMs: Number.NEGATIVE_INFINITY };
    this.#told.set(device.id, told);
    onConnection?.(device, connection);
    connection.start();
    return told;
  }

  #look(): void {
    for (const device of this.#options.devices()) {
      const told = this.#of(device);
      if (!told.connection.connected) continue;
      const info = JSON.stringify(infoOf(device));
      if (info !== told.info && this.#publish(device, told, 'info', info, true)) told.info = info;
      if (performance.now() - told.countersMs < countersEveryMs) continue;
      const { counts, stats } = device;
      const online = this.#options.isOnline(device);
      if (this.#publish(device, told, 'counters', JSON.stringify({ online, host: counts, device: stats }), false))
        told.countersMs = performance.now();
    }
  }

  #publish({ id }: KnownDevice, { connection }: Told, topic: string, text: string, retain: boolean): boolean {
    const { prefix } = this.#options;
    const payload = Buffer.from(text);
    const route = { qos: 1, retain, contentType: 'application/json' } as const;
    return connection.publish({ topic: `${prefix}/${id}/${topic}`, ...route, payload });
  }
}

const resetReasons = ['unknown', 'power on', 'pin', 'software', 'watchdog', 'brown-out', 'fault'];
const cells = ['none', 'rnn', 'gru', 'lstm'];
const slotStates = ['empty', 'trial', 'confirmed', 'fell back'];

function infoOf({ hello, channels, clock }: KnownDevice): object {
  const { id, firmware, boot, bootCount, ringCapacity, slot, modelVersion, modelSha256 } = hello;
  const model = slot !== 255 && {
    model: { version: modelVersion, sha256: modelSha256, cell: cells[hello.cell], slot: 'AB'[slot] },
  };
  return {
    ...{ id, firmware, boot, bootCount, reset: resetReasons[hello.resetReason], ringCapacity },
    slots: slotStates[hello.slotState],
    ...model,
    channels: [...channels.values()].map(({ channel, label, unit, stepMs }) => ({
      channel,
      name: label,
      unit,
      stepMs,
    })),
    ...(clock.isSet && Number.isFinite(clock.uncertaintyMs) && { timeUncertaintyMs: Math.ceil(clock.uncertaintyMs) }),
  };
}
