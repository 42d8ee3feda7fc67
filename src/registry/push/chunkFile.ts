import { createHash } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { chunkBytes, type PushManifest } from './pushManifest.js';

const spareBytes = 4 * 1_048_576; // left to the database

/** A model file that arrives in chunks. Which of them it has is known by their hashes: after a kill it is read, not remembered. */
export class ChunkFile {
  readonly path: string;
  readonly missing = new Set<number>();
  readonly #manifest: PushManifest;
  #fd: number | undefined;

  /** @throws an error of the file system: ENOSPC when there is not room for it and for the copy that is kept. */
  constructor(path: string, manifest: PushManifest) {
    this.path = path;
    this.#manifest = manifest;
    for (let i = 0; i < manifest.chunks.length; i++) this.missing.add(i);
    const resumes = existsSync(path);
    if (!resumes) demandRoom(dirname(path), 2 * manifest.size);
    this.#fd = openSync(path, resumes ? 'r+' : 'wx+', 0o600);
    try {
      ftruncateSync(this.#fd, manifest.size);
      if (resumes) this.#find();
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** False when the bytes are not those of the chunk. @throws an error of the file system. */
  put(index: number, bytes: Uint8Array): boolean {
    if (hashOf(bytes) !== this.#manifest.chunks[index]) return false;
    writeSync(this.#fd!, bytes, 0, bytes.length, index * this.#manifest.chunkSize);
    this.missing.delete(index);
    return true;
  }

  /** Whether the whole is what the manifest says. What a power cut takes of it is missed by its hash, and asked for again. */
  complete(): boolean {
    const hash = createHash('sha256');
    for (let i = 0; i < this.#manifest.chunks.length; i++) hash.update(this.#read(i));
    this.close();
    return hash.digest('hex') === this.#manifest.sha256;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }

  #find(): void {
    for (const [i, hash] of this.#manifest.chunks.entries()) if (hashOf(this.#read(i)) === hash) this.missing.delete(i);
  }

  #read(index: number): Buffer {
    const bytes = Buffer.alloc(chunkBytes(this.#manifest, index));
    readSync(this.#fd!, bytes, 0, bytes.length, index * this.#manifest.chunkSize);
    return bytes;
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function demandRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes + spareBytes) return;
  throw Object.assign(new Error(`${folder} has ${bavail * bsize} bytes left, ${bytes + spareBytes} are needed`), {
    code: 'ENOSPC',
  });
}
