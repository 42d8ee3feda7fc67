import { z } from 'zod';
import type { BrokerConnection } from '../mqtt/brokerConnection.js';
import { fieldOfChannel, topicOfDevice } from '../serial/deviceFields.js';
import type { DeviceForecast } from '../serial/forecastFrames.js';
import type { ChannelMessage } from '../serial/frames/messages.js';
import type { KnownDevice } from '../serial/knownDevice.js';

const number = z.number();
const schema = z
  .object({
    time: number,
    step: number,
    levels: z.array(number).min(1),
    values: z.array(z.array(number)).min(1),
  })
  .refine(({ levels, values }) => values.every((row) => row.length === levels.length));

/** Forecasts that any node publishes of the series of devices here, on their way to the devices. */
export class BridgeForecasts {
  readonly #connection: Pick<BrokerConnection, 'watch'>;
  readonly #prefix: string;
  readonly #send: (device: KnownDevice, channel: number, forecast: DeviceForecast) => void;
  readonly #places = new Map<string, { readonly device: KnownDevice; readonly channel: number }>(); // by series

  constructor(
    connection: Pick<BrokerConnection, 'watch'>,
    prefix: string,
    send: (device: KnownDevice, channel: number, forecast: DeviceForecast) => void,
  ) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#send = send;
  }

  follow(device: KnownDevice, { channel, label }: ChannelMessage): void {
    const series = `${topicOfDevice(device.id)}.${fieldOfChannel(label)}`;
    const isKnown = this.#places.has(series);
    this.#places.set(series, { device, channel });
    if (isKnown) return;
    const ending = `/forecast/${series}`;
    this.#connection.watch([`${this.#prefix}/+${ending}`], (message) => {
      if (!message.topic.endsWith(ending)) return false;
      const forecast = forecastOf(message.payload);
      message.acknowledge();
      const place = this.#places.get(series)!;
      if (forecast) this.#send(place.device, place.channel, forecast);
      return true;
    });
  }
}

function forecastOf(payload: Uint8Array): DeviceForecast | undefined {
  try {
    const { time, step, levels, values } = schema.parse(JSON.parse(Buffer.from(payload).toString()));
    return { tMs: time, stepMs: step, horizon: values.length, levels, values: values.flat() };
  } catch {
    return undefined; // not one of ours
  }
}
