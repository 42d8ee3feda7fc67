import type { Decoded, DecodeReject, RejectReason, Sample } from './decoder.js';

/** Larger values are refused: their squares, which every scaler and loss forms, would not be finite. */
export const largestValue = 1e300;
/** Samples of one message: of a JSON document, and of the formats which carry records. */
export const maxFields = 1_000;
export const maxRecords = 5_000;
const maxName = 512; // characters of a field's name
const maxRejects = 100;

const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}…` : text);

/** A Decoded being filled. Whatever is added, it stays within its limits and holds only finite values. */
export class Draft implements Decoded {
  readonly samples: Sample[] = [];
  readonly rejects: DecodeReject[] = [];
  replies?: { topic: string; payload: Uint8Array }[];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Nothing more can be added: a walk may stop. */
  get full(): boolean {
    return this.samples.length >= this.#limit;
  }

  add(field: string | undefined, tMs: number | undefined, y: number, sequence?: number, topic?: string): void {
    if (!(Math.abs(y) <= largestValue)) this.reject('not_finite', `${field ?? 'the payload'} is ${y}`);
    else if (field !== undefined && field.length > maxName) this.reject('name_too_long', field);
    else if (this.full) this.tooMany();
    else this.samples.push({ field, topic, tMs, y: y === 0 ? 0 : y, sequence }); // −0 would not compare equal after storage
  }

  tooMany(): void {
    if (this.rejects.at(-1)?.reason !== 'too_many_fields')
      this.reject('too_many_fields', `only the first ${this.#limit} are used`);
  }

  reject(reason: RejectReason, detail: string): void {
    if (this.rejects.length < maxRejects) this.rejects.push({ reason, detail: clip(detail) });
  }
}

/** A message which gave nothing but one reject. */
export const refuse = (reason: RejectReason, detail: string): Decoded => ({
  samples: [],
  rejects: [{ reason, detail: clip(detail) }],
});
