import { crc32 } from '../firmware/crc32.js';
import type { DeviceMessage, StateMessage } from './frames/messages.js';
import type { KnownDevice } from './knownDevice.js';
import type { LinkSession } from './linkSession.js';

/** The hidden state of one channel: of one model, after the reading `sequence` of boot `boot`. */
export interface ChannelState {
  readonly boot: number;
  readonly sequence: number;
  readonly model: string; // first 8 bytes of the blob's SHA-256, hexadecimal
  readonly data: Uint8Array;
}

export interface StateKeeperOptions {
  readonly elapsedMs: () => number;
  readonly load: (device: string, channel: number) => ChannelState | undefined;
  readonly save: (device: string, channel: number, state: ChannelState) => void;
  readonly onRestored: (device: KnownDevice, channel: number) => void;
  readonly everyMs: number; // between two looks at a state
}

const answerMs = 2_000;
const headBytes = 22;
const takenOver = 1;
const sendFrom = 0;

interface Reading {
  readonly first: StateMessage; // of this moment
  readonly data: Uint8Array;
}

interface Place {
  readonly session: LinkSession;
  readonly giving: Map<number, ChannelState>; // channels that are given back their state
  channel: number; // that is asked
  askedMs: number;
  dueMs: number;
  reading: Reading | undefined;
}

/**
 * Keeps the hidden states of devices that forecast themselves, and gives them back after a restart that lost them: section 8 of the protocol.
 * A state goes back only to the model it is of. `tick` is called now and then.
 */
export class StateKeeper {
  readonly #options: StateKeeperOptions;
  readonly #places = new Map<KnownDevice, Place>();

  constructor(options: StateKeeperOptions) {
    this.#options = options;
  }

  left(device: KnownDevice): void {
    this.#places.delete(device);
  }

  heard(session: LinkSession, device: KnownDevice, message: DeviceMessage): void {
    if (device.hello.stateBytes === 0) return;
    const place = this.#places.get(device);
    if (place?.session !== session) this.#begin(session, device);
    else if (message.name === 'STATE') this.#take(device, place, message);
    else if (message.name === 'STATE_STATUS') {
      const { channel, status, offset } = message;
      if (status === sendFrom) this.#give(device, place, channel, offset);
      else {
        const given = place.giving.get(channel);
        place.giving.delete(channel);
        if (given && status === takenOver) this.#restored(device, channel, given);
      }
    }
  }

  tick(): void {
    const nowMs = this.#options.elapsedMs();
    for (const [device, place] of this.#places) {
      if (nowMs - place.askedMs < answerMs) continue;
      const [next] = place.giving.keys();
      if (next !== undefined) this.#give(device, place, next, 0);
      else if (nowMs >= place.dueMs) this.#ask(place, 0);
    }
  }

  /** States that its readings have not moved past the boot they are of go back; then they are looked at, by and by. */
  #begin(session: LinkSession, device: KnownDevice): void {
    const { elapsedMs, load, everyMs } = this.#options;
    const { id, hello } = device;
    const giving = new Map<number, ChannelState>();
    for (let channel = 0; channel < hello.channels; channel++) {
      const state = load(id, channel);
      if (state && state.boot !== hello.boot && hello.modelSha256.startsWith(state.model)) giving.set(channel, state);
    }
    const nowMs = elapsedMs();
    const place = { session, giving, channel: 0, askedMs: Number.NEGATIVE_INFINITY, dueMs: nowMs + everyMs };
    this.#places.set(device, { ...place, reading: undefined });
    this.tick();
  }

  /** It is of this boot from now on: when the line breaks, what the device has made of it meanwhile is not overwritten with it. */
  #restored(device: KnownDevice, channel: number, given: ChannelState): void {
    const { save, onRestored } = this.#options;
    save(device.id, channel, { ...given, boot: device.hello.boot, sequence: 0 });
    onRestored(device, channel);
  }

  #give(device: KnownDevice, place: Place, channel: number, offset: number): void {
    const state = place.giving.get(channel);
    if (!state || offset >= state.data.length) return;
    place.askedMs = this.#options.elapsedMs();
    const { data: whole, model } = state;
    const data = whole.subarray(offset, offset + device.hello.maxPayload - headBytes);
    const total = whole.length;
    // Of this boot it has seen nothing.
    place.session.send({ name: 'STATE_SET', channel, offset, total, crc32: crc32(whole), sequence: 0, model, data });
  }

  #ask(place: Place, offset: number): void {
    place.askedMs = this.#options.elapsedMs();
    if (offset === 0) place.reading = undefined;
    place.session.send({ name: 'STATE_GET', channel: place.channel, offset });
  }

  #take(device: KnownDevice, place: Place, message: StateMessage): void {
    const { channel, offset, total, data: piece } = message;
    if (channel !== place.channel) return;
    const known = place.reading;
    const goesOn = known?.first.crc32 === message.crc32 && known.first.sequence === message.sequence;
    if (offset !== 0 && (!goesOn || known?.data.length !== offset)) {
      this.#ask(place, 0); // of another moment
      return;
    }
    const data = offset === 0 ? piece : Buffer.concat([known!.data, piece]);
    place.reading = { first: offset === 0 ? message : known!.first, data };
    if (data.length < total && piece.length > 0) this.#ask(place, data.length);
    else this.#done(device, place, message, data);
  }

  #done(
    { id, hello }: KnownDevice,
    place: Place,
    { total, model, sequence, crc32: sum }: StateMessage,
    data: Uint8Array,
  ) {
    const { elapsedMs, save, everyMs } = this.#options;
    if (total > 0 && crc32(data) === sum) save(id, place.channel, { boot: hello.boot, sequence, model, data });
    place.channel = (place.channel + 1) % Math.max(1, hello.channels);
    if (place.channel === 0) place.dueMs = elapsedMs() + everyMs;
    else this.#ask(place, 0);
  }
}
