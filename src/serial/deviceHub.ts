import type { Duplex } from 'node:stream';
import type { StepcastError } from '../errors.js';
import type { ClockJournal } from './clockJournal.js';
import { DeviceLines } from './deviceLines.js';
import { type DeviceForecast, forecastFrames } from './forecastFrames.js';
import type { DeviceHello, DeviceMessage } from './frames/messages.js';
import { KnownDevice, type TakenReading } from './knownDevice.js';
import type { LineAddress } from './line.js';
import type { LinkSession, SessionOwner } from './linkSession.js';

export interface DeviceHubOptions {
  readonly addresses: readonly LineAddress[];
  readonly node: string;
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  readonly random: () => number; // [0, 1)
  readonly journal: Pick<ClockJournal, 'segmentsOf' | 'save'>;
  /** Readings that were not there before, in order. `committed` is called once they are safe for good: the device lets go of them then. */
  readonly onReadings: (device: KnownDevice, readings: readonly TakenReading[], committed: () => void) => void;
  readonly onOnline: (device: KnownDevice) => void;
  readonly onOffline: (device: KnownDevice) => void;
  readonly onMessage?: (session: LinkSession, device: KnownDevice, message: DeviceMessage) => void;
  readonly onProblem: (message: string) => void;
  readonly onUnavailable: (problem: StepcastError) => void;
  readonly open?: (address: LineAddress) => Promise<Duplex>;
}

/** Every device on every line: readings come up, forecasts go down. */
export class DeviceHub implements SessionOwner {
  readonly node: string;
  isTaking = true;
  readonly #options: DeviceHubOptions;
  readonly #lines: DeviceLines;
  readonly #devices = new Map<string, KnownDevice>();
  readonly #sessions = new Map<string, LinkSession>(); // by device, while it is there
  readonly #waiting = new Map<LinkSession, Map<number, DeviceForecast>>(); // by channel

  constructor(options: DeviceHubOptions) {
    this.#options = options;
    this.node = options.node.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 24);
    this.#lines = new DeviceLines({ ...options, owner: this });
  }

  get devices(): Iterable<KnownDevice> {
    return this.#devices.values();
  }

  isOnline(device: KnownDevice): boolean {
    return this.#sessions.has(device.id);
  }

  start(): void {
    this.#lines.start();
  }

  /** Takes nothing more; what was taken may still be committed, and is then acknowledged. */
  drain(): void {
    this.isTaking = false;
  }

  /** Ends every session, and closes the lines. */
  stop(): Promise<void> {
    return this.#lines.stop();
  }

  /** Sends a forecast of a channel when the line has room for it; a newer one of that channel replaces one that waits. */
  forecast(device: KnownDevice, channel: number, forecast: DeviceForecast): void {
    const session = this.#sessions.get(device.id);
    if (!session) return;
    let waiting = this.#waiting.get(session);
    if (!waiting) this.#waiting.set(session, (waiting = new Map()));
    if (waiting.delete(channel)) device.counts.forecastsSuperseded++;
    waiting.set(channel, forecast);
    this.#sendForecasts(session);
  }

  nowMs(): number {
    return this.#options.nowMs();
  }

  elapsedMs(): number {
    return this.#options.elapsedMs();
  }

  random(): number {
    return this.#options.random();
  }

  problem(message: string): void {
    this.#options.onProblem(message);
  }

  joined(session: LinkSession, hello: DeviceHello): KnownDevice {
    const { journal, onOnline } = this.#options;
    const { id, boot } = hello;
    const segments = journal.segmentsOf(id, boot);
    let device = this.#devices.get(id);
    const before = this.#sessions.get(id);
    if (before && before !== session) before.end();
    if (device) device.greet(hello, segments);
    else this.#devices.set(id, (device = new KnownDevice(hello, segments)));
    this.#sessions.set(id, session);
    device.counts.sessions++;
    onOnline(device);
    return device;
  }

  left(session: LinkSession, device: KnownDevice): void {
    this.#waiting.delete(session);
    if (this.#sessions.get(device.id) !== session) return;
    this.#sessions.delete(device.id);
    this.#options.onOffline(device);
  }

  taken(device: KnownDevice, readings: readonly TakenReading[]): void {
    const { boot } = device.hello;
    const { sequence } = readings[readings.length - 1];
    this.#options.onReadings(device, readings, () => {
      device.commit(boot, sequence);
      this.#sessions.get(device.id)?.acknowledge();
    });
  }

  keepClock({ id, hello: { boot }, clock }: KnownDevice): Promise<void> {
    return this.#options.journal.save(id, boot, clock.segments);
  }

  heard(session: LinkSession, device: KnownDevice, message: DeviceMessage): void {
    this.#options.onMessage?.(session, device, message);
    if (this.#waiting.get(session)?.size) this.#sendForecasts(session);
  }

  #sendForecasts(session: LinkSession): void {
    const waiting = this.#waiting.get(session)!;
    const { device } = session;
    for (const [channel, forecast] of waiting) {
      if (!device || !session.isIdle) return;
      waiting.delete(channel);
      const sequence = device.sequenceAt(channel, forecast.tMs);
      if (sequence === undefined) continue;
      const { boot, maxPayload } = device.hello;
      for (const message of forecastFrames(forecast, { boot, sequence, channel, maxPayload })) session.send(message);
      device.counts.forecastsSent++;
    }
  }
}
