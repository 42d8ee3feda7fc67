import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeDurablyBeside } from '../writeDurably.js';
import type { TimeSegment } from './deviceClock.js';

const mostDevices = 1_000;
const number = z.number();
const schema = z.record(
  z.string(),
  z.object({ boot: number, segments: z.array(z.object({ fromMs: number, epochMs: number, rate: number })) }),
);

type Journal = z.output<typeof schema>;

/**
 * The clocks of devices, by the boot they are of, in a file: a reading that was committed and not yet acknowledged when this program ended is
 * sent again, and has to get the same time again.
 */
export class ClockJournal {
  readonly #path: string;
  #clocks: Journal;
  #writing: Promise<void> = Promise.resolve();

  /** A file that is missing or damaged is an empty one: devices are asked for their time anew. */
  constructor(path: string) {
    this.#path = path;
    this.#clocks = read(path);
  }

  segmentsOf(id: string, boot: number): readonly TimeSegment[] {
    const known = this.#clocks[id];
    return known?.boot === boot ? known.segments : [];
  }

  /** Resolves when it is on disk. */
  save(id: string, boot: number, segments: readonly TimeSegment[]): Promise<void> {
    const { [id]: _, ...others } = this.#clocks;
    const kept = Object.entries(others).slice(1 - mostDevices);
    this.#clocks = Object.fromEntries([...kept, [id, { boot, segments: [...segments] }]]);
    const write = (): Promise<void> => writeDurablyBeside(this.#path, JSON.stringify(this.#clocks));
    const written = this.#writing.then(write);
    this.#writing = written.catch(() => {}); // whoever asked is told
    return written;
  }
}

function read(path: string): Journal {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}
