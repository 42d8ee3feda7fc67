import type { Duplex } from 'node:stream';
import type { StepcastError } from '../errors.js';
import { type LineAddress, openLine } from './line.js';

const firstRetryMs = 100;
const longestRetryMs = 2_000;

export interface KeptLineOptions {
  readonly address: LineAddress;
  readonly open?: (address: LineAddress) => Promise<Duplex>;
  /** A line is there: what comes of it goes to the function returned, and after `closed` nothing more does. */
  readonly onOpen: (line: OpenLine) => LineListener;
  readonly onProblem: (problem: StepcastError) => void; // it could not be opened; told once for each kind of failure
}

export interface OpenLine {
  write(bytes: Uint8Array): void;
  /** Written, and not on the line yet. */
  pendingBytes(): number;
  /** Closes it; it is opened again. */
  drop(): void;
}

export interface LineListener {
  bytes(chunk: Uint8Array): void;
  closed(): void;
}

/** One line, opened again whenever it is gone, for ever: a device that is unplugged comes back. */
export class KeptLine {
  readonly #options: KeptLineOptions;
  #stream: Duplex | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #told = '';
  #stopped = false;

  constructor(options: KeptLineOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#open();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const stream = this.#stream;
    if (!stream || stream.closed) return;
    const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
    closeStream(stream);
    await closed;
  }

  async #open(): Promise<void> {
    const { address, open = openLine, onProblem } = this.#options;
    try {
      const stream = await open(address);
      if (this.#stopped) closeStream(stream);
      else this.#use(stream);
    } catch (error) {
      const problem = error as StepcastError;
      if (problem.message !== this.#told) onProblem(problem);
      this.#told = problem.message;
      this.#retry();
    }
  }

  #use(stream: Duplex): void {
    this.#stream = stream;
    this.#told = '';
    const listener = this.#options.onOpen({
      write: (bytes) => void (stream.writable && stream.write(bytes)),
      pendingBytes: () => stream.writableLength,
      drop: () => closeStream(stream),
    });
    stream.on('data', (chunk: Buffer) => {
      this.#failures = 0;
      listener.bytes(chunk);
    });
    stream.on('error', () => closeStream(stream)); // `close` follows, and says it
    stream.once('end', () => closeStream(stream));
    stream.once('close', () => {
      this.#stream = undefined;
      listener.closed();
      this.#retry();
    });
  }

  #retry(): void {
    if (this.#stopped) return;
    const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#failures++, 10));
    this.#timer = setTimeout(() => void this.#open(), waitMs);
  }
}

/** A serial port is closed by a method of its own: `destroy` would leave its file open. */
function closeStream(
  stream: Duplex & { close?: (done: (error: Error | null) => void) => void; isOpen?: boolean },
): void {
  if (stream.close === undefined) stream.destroy();
  else if (stream.isOpen) stream.close(() => {});
}
