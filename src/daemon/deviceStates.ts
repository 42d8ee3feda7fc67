import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ChannelState } from '../serial/stateKeeper.js';
import { writeDurably } from '../writeDurably.js';

const number = z.int().nonnegative();
const schema = z.record(
  z.string(), // channel
  z.object({ boot: number, sequence: number, model: z.string(), data: z.base64() }),
);

type Stored = z.output<typeof schema>;

/** The hidden states of devices, a file for each device. What cannot be read is as good as none. */
export class DeviceStates {
  readonly #folder: string;
  readonly #known = new Map<string, Stored>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  load(device: string, channel: number): ChannelState | undefined {
    const stored = this.#of(device)[channel];
    return stored && { ...stored, data: Buffer.from(stored.data, 'base64') };
  }

  save(device: string, channel: number, state: ChannelState): void {
    const data = Buffer.from(state.data).toString('base64');
    const states = { ...this.#of(device), [channel]: { ...state, data } };
    this.#known.set(device, states);
    mkdirSync(this.#folder, { recursive: true });
    writeDurably(this.#path(device), JSON.stringify(states));
  }

  #of(device: string): Stored {
    let states = this.#known.get(device);
    if (!states) this.#known.set(device, (states = this.#read(device)));
    return states;
  }

  #read(device: string): Stored {
    try {
      return schema.parse(JSON.parse(readFileSync(this.#path(device), 'utf8')));
    } catch {
      return {};
    }
  }

  #path = (device: string): string => join(this.#folder, `${device}.state.json`);
}
