import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../../src/series/random.js';

const sectorBytes = 512;

export interface PowerCutImage {
  readonly files: readonly string[];
  /** Sectors that had reached the disk although nobody had asked for it. */
  readonly strays: number;
}

/**
 * Makes `image` the disk that a power cut leaves of the folder `live`, whose process ran under powercut.c and is dead now. With
 * `random`, each sector written after the last sync of its file is on the disk or not, at random: disks write when they like.
 * Memory that only looks like a file (`-shm`) is gone.
 */
export const cutPower = (live: string, kept: string, image: string, random?: Random): PowerCutImage => {
  mkdirSync(image);
  const files: string[] = [];
  let strays = 0;
  const listing = readFileSync(join(kept, 'listing'), 'utf8').split('\n').filter(Boolean);
  for (const line of listing) {
    const space = line.indexOf(' ');
    const [id, name] = [line.slice(0, space), line.slice(space + 1)];
    if (name.endsWith('-shm')) continue;
    const synced = join(kept, id);
    let bytes: Buffer = existsSync(synced) ? readFileSync(synced) : Buffer.alloc(0);
    const path = join(live, name);
    if (random && existsSync(path) && String(statSync(path, { bigint: true }).ino) === id.split('-')[0]) {
      const torn = tear(bytes, readFileSync(path), random);
      bytes = torn.bytes;
      strays += torn.strays;
    }
    writeFileSync(join(image, name), bytes);
    files.push(name);
  }
  return { files, strays };
};

/** `synced` with some of the sectors in which `live` differs; the length grows as far as the last of them. */
const tear = (synced: Buffer, live: Buffer, random: Random): { bytes: Buffer; strays: number } => {
  const bytes = Buffer.alloc(Math.max(synced.length, live.length));
  synced.copy(bytes);
  let length = synced.length;
  let strays = 0;
  for (let from = 0; from < live.length; from += sectorBytes) {
    const to = Math.min(from + sectorBytes, live.length);
    if (to <= synced.length && live.compare(synced, from, to, from, to) === 0) continue;
    if (random.chance(0.5)) continue;
    live.copy(bytes, from, from, to);
    length = Math.max(length, to);
    strays++;
  }
  return { bytes: bytes.subarray(0, length), strays };
};
