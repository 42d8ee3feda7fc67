import type { HostMessage, ModelMessage } from './frames/messages.js';

/** A model for a device, and how it is known. */
export interface DeviceModel {
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly crc32: number;
}

export type ModelNews =
  | { readonly state: 'receiving'; readonly received: number }
  | { readonly state: 'trial' | 'active' }
  | { readonly state: 'rejected' | 'rolled-back'; readonly reason: string };

export interface ModelSenderOptions {
  readonly model: DeviceModel;
  readonly maxPayload: number; // of the device
  readonly transfer: number; // not 0
  readonly send: (message: HostMessage) => void;
  readonly elapsedMs: () => number;
  readonly tell: (news: ModelNews) => void;
}

const answerMs = 1_000;
const slowAnswerMs = 5_000; // erasing, and testing the whole
const mostTries = 5;
const chunkHeadBytes = 8;
const trialMs = 5_000;
const trialReadings = 3;
const alreadyInUse = 24;
const leastRefusal = 16;

const refusals = new Map([
  [16, 'it is too large for a slot'],
  [17, 'its CRC-32 differs at the device'],
  [18, 'its SHA-256 differs at the device'],
  [19, 'it is no model that this device runs'],
  [20, 'it fails its self-test on the device'],
  [21, 'the flash of the device has an error'],
  [22, 'the device does not know the transfer'],
  [23, 'the device has no model slots'],
  [25, 'another model is on trial'],
]);

/** Brings one model into the slot that a device does not use, and confirms it: section 7 of the protocol. `tick` is called some times a second. */
export class ModelSender {
  readonly #options: ModelSenderOptions;
  #transfer: number;
  #asked: { readonly message: HostMessage; atMs: number; tries: number } | undefined;
  #trial: { readonly sinceMs: number; readings: number } | undefined;
  #isOver = false;

  constructor(options: ModelSenderOptions) {
    this.#options = options;
    this.#transfer = options.transfer;
  }

  /** Nothing more is sent: it is in use, or refused, or the device does not answer. */
  get isOver(): boolean {
    return this.#isOver;
  }

  begin(): void {
    const { version, bytes, crc32, sha256 } = this.#options.model;
    this.#ask({ name: 'MODEL_BEGIN', transfer: this.#transfer, version, size: bytes.length, crc32, sha256 });
  }

  /** The device runs it on trial already. */
  goOnWithTrial(): void {
    this.#transfer = 0; // whichever trial is running
    this.#try();
  }

  /** The device has measured: whatever it runs does not keep it from that. */
  heardReading(): void {
    if (this.#trial) this.#trial.readings++;
  }

  hear({ transfer, status, offset }: ModelMessage): void {
    if (this.#isOver || (transfer !== this.#transfer && this.#transfer !== 0)) return;
    const { bytes } = this.#options.model;
    if (status === 0) {
      this.#tell({ state: 'receiving', received: offset });
      if (offset < bytes.length) this.#sendChunk(offset);
      else this.#ask({ name: 'MODEL_END', transfer });
    } else if (status === 1) this.#ask({ name: 'MODEL_COMMIT', transfer });
    else if (status === 2) this.#try();
    else if (status === 3 || status === alreadyInUse) this.#end({ state: 'active' });
    else if (status === 4) this.#end({ state: 'rolled-back', reason: 'the device went back to the model before' });
    else if (status >= leastRefusal)
      this.#end({ state: 'rejected', reason: refusals.get(status) ?? `the device refused it: status ${status}` });
  }

  tick(): void {
    if (this.#isOver) return;
    const nowMs = this.#options.elapsedMs();
    const asked = this.#asked;
    if (asked) {
      const isSlow = asked.message.name === 'MODEL_BEGIN' || asked.message.name === 'MODEL_END';
      if (nowMs - asked.atMs < (isSlow ? slowAnswerMs : answerMs)) return;
      if (++asked.tries > mostTries) this.#isOver = true;
      else {
        asked.atMs = nowMs;
        this.#options.send(asked.message);
      }
    } else if (this.#trial && this.#trial.readings >= trialReadings && nowMs - this.#trial.sinceMs >= trialMs) {
      this.#ask({ name: 'MODEL_CONFIRM', transfer: this.#transfer, verdict: 1 });
    }
  }

  #sendChunk(offset: number): void {
    const { model, maxPayload } = this.#options;
    const data = model.bytes.subarray(offset, offset + maxPayload - chunkHeadBytes);
    this.#ask({ name: 'MODEL_CHUNK', transfer: this.#transfer, offset, data });
  }

  #try(): void {
    this.#asked = undefined;
    if (this.#trial) return;
    this.#trial = { sinceMs: this.#options.elapsedMs(), readings: 0 };
    this.#tell({ state: 'trial' });
  }

  #ask(message: HostMessage): void {
    const { send, elapsedMs } = this.#options;
    this.#asked = { message, atMs: elapsedMs(), tries: 1 };
    send(message);
  }

  #end(news: ModelNews): void {
    this.#isOver = true;
    this.#tell(news);
  }

  #tell(news: ModelNews): void {
    this.#options.tell(news);
  }
}
